using System.CommandLine;
using Cairn.App;
using Cairn.App.Access;
using Cairn.App.Logging;
using Cairn.App.Secrets;
using Cairn.Cli.Rendering;
using Cairn.Engine.Primitives;

namespace Cairn.Cli;

/// <summary>Options that every verb understands, before or behind it.</summary>
sealed class GlobalOptions
{
    readonly Option<string?> _repository = new("--repository", "-r")
    {
        Description = "Where the repository is: a path or a URL (else CAIRN_REPOSITORY, else the configuration)",
        HelpName = "REPOSITORY",
    };

    readonly Option<bool> _json = new("--json") { Description = "Print one JSON event a line" };
    readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Print errors and results only" };
    readonly Option<bool> _verbose = new("--verbose", "-v")
    {
        Description = "Say more; twice for where an error happened", Arity = ArgumentArity.Zero,
            AllowMultipleArgumentsPerToken = false,
    };

    readonly Option<string?> _logFile = new("--log-file")
    {
        Description = "Append what happens to this file (else as configured)", HelpName = "FILE",
    };

    readonly Option<string?> _logLevel = new("--log-level")
    {
        Description = "How much to log: error, warning, info or debug", HelpName = "LEVEL",
    };

    readonly Option<bool> _logJson = new("--log-json") { Description = "Log a JSON object a line" };

    public GlobalOptions() => _logLevel.CompletionSources.Add(LogSettings.Names.ToArray());

    readonly Option<string?> _uploadLimit = new("--limit-upload")
    {
        Description = "Send at most this much a second, over all connections (512K, 10M)", HelpName = "RATE",
    };

    readonly Option<string?> _downloadLimit = new("--limit-download")
    {
        Description = "Receive at most this much a second, over all connections", HelpName = "RATE",
    };

    public void AddTo(RootCommand root)
    {
        foreach (Option option in new Option[]
            {
                _repository, _json, _quiet, _verbose, _uploadLimit, _downloadLimit, _logFile, _logLevel, _logJson,
            })
        {
            option.Recursive = true;
            root.Add(option);
        }
    }

    /// <summary>Which repository, and how fast; without its key.</summary>
    public AccessOptions Access(ParseResult parsed) => new()
    {
        Repository = parsed.GetValue(_repository), UploadLimit = Rate(parsed, _uploadLimit),
        DownloadLimit = Rate(parsed, _downloadLimit),
    };

    public LogSettings Log(ParseResult parsed) => new()
    {
        File = parsed.GetValue(_logFile), Level = parsed.GetValue(_logLevel), IsJson = parsed.GetValue(_logJson),
    };

    public Output CreateOutput(ParseResult parsed) => Output.ForProcess(
        isJson: parsed.GetValue(_json), isQuiet: parsed.GetValue(_quiet),
        verbosity: parsed.GetResult(_verbose)?.IdentifierTokenCount ?? 0);

    static long? Rate(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        return ByteSize.TryParse(text, out var rate) && rate > 0
            ? rate
            : throw new UsageException(
                $"{option.Name} {text}: it is bytes a second, more than 0, like 512K or 1.5M (a K is 1024)");
    }
}

/// <summary>How to open the repository: for the verbs that need its key.</summary>
/// <param name="start">What the options about a passphrase begin with.</param>
/// <param name="prefix">What the others do.</param>
sealed class KeyOptions(string start = "--passphrase", string prefix = "--")
{
    readonly Option<string?> _file = new($"{start}-file") { Description = "File with the passphrase",
        HelpName = "FILE" };
    readonly Option<int?> _descriptor = new($"{start}-fd")
    {
        Description = "Open file descriptor with the passphrase", HelpName = "N",
    };

    readonly Option<string?> _command = new($"{start}-command")
    {
        Description = "Command that prints the passphrase", HelpName = "COMMAND",
    };

    readonly Option<string?> _recovery = new($"{prefix}recovery-key-file")
    {
        Description = "File with the recovery key, instead of a passphrase", HelpName = "FILE",
    };

    readonly Option<string?> _identity = new($"{prefix}identity-file")
    {
        Description = "File with an X25519 identity, instead of a passphrase", HelpName = "FILE",
    };

    readonly Option<bool> _openPgp = new($"{prefix}openpgp")
    {
        Description = "Use an OpenPGP key through gpg; a passphrase that is given is that of this key",
    };

    /// <summary>The key of a second repository, which is read from.</summary>
    public static KeyOptions From() => new("--from-passphrase", "--from-");

    /// <summary>Whether any of them was given.</summary>
    public bool AreGiven(ParseResult parsed) => new Option[]
        { _file, _descriptor, _command, _recovery, _identity, _openPgp }
        .Any(option => parsed.GetResult(option) is { Implicit: false });

    public void AddTo(Command command, bool withRecoveryKey)
    {
        command.Add(_file);
        command.Add(_descriptor);
        command.Add(_command);
        if (!withRecoveryKey)
            return;
        command.Add(_recovery);
        command.Add(_identity);
        command.Add(_openPgp);
    }

    public PassphraseOptions Passphrase(ParseResult parsed) => new()
    {
        File = parsed.GetValue(_file), Descriptor = parsed.GetValue(_descriptor), Command = parsed.GetValue(_command),
    };

    public AccessOptions Access(ParseResult parsed, GlobalOptions global) => global.Access(parsed) with
    {
        Passphrase = Passphrase(parsed),
        RecoveryKeyFile = parsed.GetResult(_recovery) is null ? null : parsed.GetValue(_recovery),
        IdentityFile = parsed.GetResult(_identity) is null ? null : parsed.GetValue(_identity),
        UsesOpenPgp = parsed.GetResult(_openPgp) is not null && parsed.GetValue(_openPgp),
    };
}
