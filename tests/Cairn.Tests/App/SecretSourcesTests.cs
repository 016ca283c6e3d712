using System.Text;
using Cairn.App;
using Cairn.App.Configuration;
using Cairn.App.Secrets;
using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.App;

public class SecretSourcesTests
{
    [Theory]
    [InlineData("secret\n", "secret")]
    [InlineData("secret\r\n", "secret")]
    [InlineData(" two words \n\n", " two words \n")]
    public void A_file_gives_its_text_without_one_line_end(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText($"{folder.Path}/p", content);
        using var key = Get(new PassphraseOptions { File = $"{folder.Path}/p" });

        Assert.Equal(expected, Encoding.UTF8.GetString(key.AsSpan()));
    }

    [Fact]
    public void A_command_gives_what_it_prints_and_does_not_see_our_secrets()
    {
        using var key = Get(new PassphraseOptions { Command = "echo \"x${CAIRN_PASSPHRASE-none}\"" });

        Assert.Equal("xnone", Encoding.UTF8.GetString(key.AsSpan()));
    }

    [Fact]
    public void The_environment_goes_first_then_the_command_line_then_the_configuration()
    {
        var configuration = new CairnConfiguration { PassphraseCommand = "echo configured" };
        var command = new PassphraseOptions { Command = "echo commanded" };
        using var first = Get(command, configuration, ("CAIRN_PASSPHRASE", "environment"));
        using var second = Get(command, configuration);
        using var third = Get(PassphraseOptions.None, configuration);

        Assert.Equal(
            ["environment", "commanded", "configured"],
            new[] { first, second, third }.Select(key => Encoding.UTF8.GetString(key.AsSpan())));
    }

    [Theory]
    [InlineData("exit 7", "status 7")]
    [InlineData("true", "empty")]
    public void A_command_that_fails_or_prints_nothing_is_an_error(string command, string expected)
    {
        var error = Assert.Throws<SecretSourceException>(() => Get(new PassphraseOptions { Command = command }));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_sources_at_once_are_a_usage_error() =>
        Assert.Throws<UsageException>(() => Get(new PassphraseOptions { File = "a", Command = "b" }));

    [Fact]
    public void Without_any_source_and_terminal_a_key_is_needed() =>
        Assert.Throws<KeyNeededException>(() => Get(PassphraseOptions.None));

    [Fact]
    public void A_new_passphrase_is_asked_for_twice()
    {
        var sources = Make(new CairnConfiguration(), new Answers("one", "one", "one", "two"));
        using var key = sources.GetFirstPassphrase(PassphraseOptions.None, isConfigured: true, CancellationToken.None);

        Assert.Equal("one", Encoding.UTF8.GetString(key.AsSpan()));
        Assert.Throws<UsageException>(() => sources.GetFirstPassphrase(
            PassphraseOptions.None, isConfigured: true, CancellationToken.None));
    }

    static SecretKey Get(
        PassphraseOptions options, CairnConfiguration? configuration = null,
        params (string Name, string Value)[] variables) =>
        Make(configuration ?? new CairnConfiguration(), prompt: null, variables).GetPassphrase(options,
            CancellationToken.None);

    static SecretSources Make(
        CairnConfiguration configuration, IPassphrasePrompt? prompt, params (string Name, string Value)[] variables) =>
        new(
            new AppEnvironment
            {
                Paths = new CairnPaths("/c", "/s", "/k", "/d"), WorkingFolder = "/"u8.ToArray(), HostName = "h",
                    UserName = "u",
                Program = "p", Prompt = prompt,
                Variable = name => variables.FirstOrDefault(variable => variable.Name == name).Value,
            },
            configuration);

    sealed class Answers(params string[] texts) : IPassphrasePrompt
    {
        int _next;

        public bool Confirm(string question, CancellationToken cancellationToken) => false;

        public SecretKey? Ask(string question, CancellationToken cancellationToken) =>
            SecretKey.CopyFrom(Encoding.UTF8.GetBytes(texts[_next++]));

    }
}
