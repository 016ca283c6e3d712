using Cairn.App.Hosts;
using Cairn.App.Logging;

namespace Cairn.App.Configuration;

/// <summary>What <c>config.yaml</c> says; everything may be left out.</summary>
public sealed record CairnConfiguration
{
    /// <summary>The file it comes from; null without one.</summary>
    public string? File { get; init; }

    /// <summary>As a location; a relative path was made absolute against the file's folder.</summary>
    public string? Repository { get; init; }

    /// <summary>Absolute.</summary>
    public string? PassphraseFile { get; init; }

    public string? PassphraseCommand { get; init; }

    /// <summary>What a backup without paths backs up; absolute.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<JobConfiguration> Jobs { get; init; } = [];

    /// <summary>Absolute: X25519 identities that open the repository.</summary>
    public string? IdentityFile { get; init; }

    /// <summary>Open with the OpenPGP secret keys that gpg has; a passphrase is then that of the OpenPGP key.</summary>
    public bool UsesOpenPgp { get; init; }

    /// <summary>Patterns, on top of those of the command line.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Against whose packs to deduplicate; null for all enrolled hosts'.</summary>
    public TrustSetting? Trust { get; init; }

    /// <summary>For every backup, on top of those of the command line.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Absolute.</summary>
    public string? LogFile { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Info;
    public bool IsLogJson { get; init; }

    /// <summary>Absolute; or "none".</summary>
    public string? Prices { get; init; }

    /// <summary>Absolute.</summary>
    public string? MetricsFile { get; init; }

    /// <summary>Base of the addresses that are called; may hold a secret, and is never printed.</summary>
    public Uri? Ping { get; init; }
}
