using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories;

/// <summary>An object is not what it should be. Names the object, so that a person knows what to look at.</summary>
public sealed class DamagedObjectException(ObjectKey key, FailureKind kind, string what, Exception? inner = null)
    : Exception($"{key}: {what}", inner)
{
    public ObjectKey Key { get; } = key;
    public FailureKind Kind { get; } = kind;

    /// <summary>
    /// Its bytes are those of its name, but nobody with a key of this repository made them: somebody's junk, not a loss
    /// (docs/format.md, section 16). What the index key opens was made by somebody who has it, so there an unknown
    /// signer means that the record of that signer is lost, which is damage.
    /// </summary>
    public bool IsForeign => IsUnderIndexKey ? Kind is FailureKind.Authentication : IsOfUnknownSigner;

    public bool IsOfUnknownSigner => InnerException is FormatViolationException { IsUnknownSigner: true };

    bool IsUnderIndexKey => !PlainPrefixes.Any(prefix => Key.Value.StartsWith(prefix, StringComparison.Ordinal));

    static readonly string[] PlainPrefixes = [ObjectNames.Keys, ObjectNames.Epochs, ObjectNames.Snapshots];
}

/// <summary>A newer Cairn wrote this; nothing is wrong with it.</summary>
public sealed class UnsupportedFormatException(ObjectKey key, string what) : Exception($"{key}: {what}")
{
    public ObjectKey Key { get; } = key;
}

/// <summary>No repository at this place.</summary>
public sealed class NoRepositoryException(string message) : Exception(message);

/// <summary>There is something at this place already that a new repository must not be put on.</summary>
public sealed class RepositoryExistsException(string message) : Exception(message);

/// <summary>The key at hand does not open what was asked for: a wrong passphrase, or a host's credential where the
/// restore key is needed.</summary>
public sealed class WrongKeyException(string message) : Exception(message);

/// <summary>The credential is damaged or belongs to another repository.</summary>
public sealed class CredentialException(string message) : Exception(message);

/// <summary>A backup could not be committed: what it needs keeps being condemned, or its snapshot was forgotten before
/// it was reported.</summary>
public sealed class CommitException(string message) : Exception(message);
