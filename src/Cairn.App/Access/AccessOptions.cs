using Cairn.App.Secrets;

namespace Cairn.App.Access;

/// <summary>Which repository, and how to open it: common to all use-cases.</summary>
public sealed record AccessOptions
{
    /// <summary>Null: from the environment, else from the configuration.</summary>
    public string? Repository { get; init; }

    /// <summary>A second repository beside the one that environment and configuration speak of: its secrets have names
    /// of their own.</summary>
    public bool IsOther { get; init; }

    public PassphraseOptions Passphrase { get; init; } = PassphraseOptions.None;
    public string? RecoveryKeyFile { get; init; }

    /// <summary>File with X25519 identities.</summary>
    public string? IdentityFile { get; init; }

    /// <summary>Through gpg, with the OpenPGP secret keys that it has. A passphrase is then that of the OpenPGP
    /// key.</summary>
    public bool UsesOpenPgp { get; init; }

    /// <summary>Read the repository as it was then, by the store's clock; null for as it is.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Bytes a second to the store, over all connections; at least 1, null for no limit.</summary>
    public long? UploadLimit { get; init; }

    /// <summary>Bytes a second from the store, over all connections; at least 1, null for no limit.</summary>
    public long? DownloadLimit { get; init; }

    /// <summary>Storage class of new data packs; null for the bucket's usual one.</summary>
    public string? DataClass { get; init; }

    /// <summary>With a storage class for data: contents of smaller files stay in the usual one.</summary>
    public long HotBelow { get; init; } = HotBelowDefault;

    /// <summary>
    /// By the prices of the coldest classes: docs/guide/s3.md. Below it are most files, and few of the bytes.
    /// </summary>
    public const long HotBelowDefault = 128 << 10;

    /// <summary>Folder that a backup is left in for a push to send; null for at once to the repository.</summary>
    public string? Spool { get; init; }

    /// <summary>Bytes of packs that may wait in it; null for as many as its disk takes.</summary>
    public long? SpoolSize { get; init; }
}
