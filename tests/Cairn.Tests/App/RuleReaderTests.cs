using System.CommandLine;
using System.Text;
using Cairn.App;
using Cairn.App.Selecting;
using Cairn.Cli.Commands;
using Cairn.Files.Selecting;
using Cairn.Testing;

namespace Cairn.Tests.App;

public class RuleReaderTests
{
    [Fact]
    public void The_order_of_the_command_line_holds_across_options()
    {
        var command = new Command("backup");
        var options = new SelectionOptions();
        options.AddTo(command);
        var other = new Option<string>("--name");
        command.Add(other);
        var parsed = command.Parse(
            ["--exclude-caches", "-e", "*.o", "--name", "--exclude", "--include=a", "--exclude-older-than", "3D",
                "--exclude", "b", "-ec"]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(
            [
                "--exclude-caches", "--exclude *.o", "--include a", "--exclude-older-than 3D", "--exclude b",
                "--exclude c",
            ],
            options.Request(parsed, Stream.Null).Rules.Select(rule => rule.ToString()));
    }

    [Fact]
    public void Filelists_have_signs_comments_and_quotes()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path + "/list", "# no\n\n + /s/a \r\n- /s/b\n/s/c\n' /s/d '\n");
        var rules = Read(folder, new RuleText(RuleText.ExcludeFilelist, "list"u8.ToArray()));
        Assert.Equal(
            ["+ /s/a (line 3 of list)", "- /s/b (line 4 of list)", "- /s/c (line 5 of list)",
                "- ' /s/d ' (line 6 of list)"],
            rules.Select(rule => rule.Text));
        Assert.Equal([true, false, false, false], rules.Select(rule => rule.Includes));
        Assert.Equal("glob  /s/d ", rules[3].Key);
    }

    [Fact]
    public void With_NUL_between_them_entries_may_have_line_ends()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path + "/list", "/s/a\nb\0- /s/c\0");
        var list = new RuleText(RuleText.IncludeFilelist, "list"u8.ToArray());
        var rules = Read(folder, list, isNullSeparated: true);
        Assert.Equal(2, rules.Count);
        var selection = new SelectionRules(rules, ["/s"u8.ToArray()]);
        Assert.Equal(Verdict.Include, Files.TestRules.Decide(selection, "/s/a\nb"));
        Assert.Equal(Verdict.Exclude, Files.TestRules.Decide(selection, "/s/c"));
        Assert.Contains("NUL", Assert.Throws<UsageException>(() => Read(folder, list)).Message);
    }

    [Theory]
    [InlineData("exclude-larger-than much", "that is no size")]
    [InlineData("exclude-older-than soon", "that is no time")]
    [InlineData("exclude-regexp (a", "is broken")]
    [InlineData("exclude [a", "has a [ without ]")]
    [InlineData("exclude-filelist missing", "cannot be read")]
    [InlineData("exclude-if-present a/b", "is no name")]
    [InlineData("exclude", "is no rule")]
    [InlineData("exclude-caches x", "is no rule")]
    [InlineData("omit x", "is no rule")]
    public void What_is_wrong_with_a_rule_is_told(string text, string message)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(message, Assert.Throws<UsageException>(() => Read(folder, RuleText.Parse(text))).Message);
    }

    [Theory]
    [InlineData("exclude-larger-than 1.5K"), InlineData("exclude-older-than 2026-01-31"), InlineData("include a b")]
    [InlineData("exclude-device-files")]
    public void A_rule_is_a_line_of_text_too(string text)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("--" + text, Assert.Single(Read(folder, RuleText.Parse(text))).Text);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("/elsewhere\n", "lies in no source")]
    [InlineData("../elsewhere\n", "lies in no source")]
    public void A_list_of_files_must_name_some_in_the_source(string content, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Path + "/list", content);
        var lists = new ListFile(Environment(folder), new SelectionRequest());
        Assert.Contains(
            message,
            Assert.Throws<UsageException>(() => FileList.Read(lists, "list", ["/s"u8.ToArray()])).Message);
    }

    static List<SelectionRule> Read(TemporaryFolder folder, RuleText text, bool isNullSeparated = false)
    {
        var environment = Environment(folder);
        var request = new SelectionRequest { NullSeparated = isNullSeparated };
        return new RuleReader(environment, new ListFile(environment, request)).Read([text]);
    }

    static AppEnvironment Environment(TemporaryFolder folder) => new()
    {
        Paths = new CairnPaths("/c", "/s", "/k", "/d"), WorkingFolder = Encoding.UTF8.GetBytes(folder.Path),
        HostName = "h", UserName = "u", Program = "p", Prompt = null, Variable = _ => null,
    };
}
