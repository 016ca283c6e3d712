using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;

namespace Cairn.Engine.Snapshots;

/// <summary>
/// What a copied snapshot was in the repository in which its host committed it: the very object, with the key of its
/// body, so that whoever reads the copy can check the host's signature and compare what it signed. Only the blob ids
/// in it mean nothing here, for those are of the other repository's key: that the contents are the same is the word of
/// whoever copied, who had verified them.
/// </summary>
public sealed record SnapshotOrigin
{
    public required RepositoryId Repository { get; init; }
    public required ObjectHash Ledger { get; init; }
    public required SigningPublicKey HostKey { get; init; }
    public required ReadOnlyMemory<byte> Object { get; init; }
    public required ReadOnlyMemory<byte> Key { get; init; }

    /// <summary>The hash of the object, by which people knew it.</summary>
    public ObjectHash Snapshot => ObjectWriter.HashOf(Object.Span);

    public SignerId Host => HostKey.ToSignerId();

    public string ShortId => Snapshot.ToString()[..SnapshotInfo.ShortIdLength];

    /// <summary>The original, once its signature was verified.</summary>
    /// <exception cref="FormatViolationException">It is not what that host signed.</exception>
    public SnapshotInfo Open()
    {
        var (host, ulid) = SnapshotEnvelope.ReadName(Object.Span);
        var name = new SnapshotName(host, ulid, Ledger, Snapshot);
        SnapshotEnvelope.Verify(name, Object.Span, Repository, new OneSigner(HostKey));
        using var key = SecretKey.CopyFrom(Key.Span);
        return SnapshotCodec.Decode(name, SnapshotEnvelope.Open(Object.Span, Repository, key));
    }

    /// <summary>What is wrong with the claim that <paramref name="copy"/> is one of this; null if nothing
    /// is.</summary>
    public string? FindFault(SnapshotInfo copy)
    {
        SnapshotInfo original;
        try
        {
            original = Open();
        }
        catch (FormatViolationException e)
        {
            return $"it is said to be a copy of {ShortId}, but of that {e.Message}";
        }
        return IsSame(original, copy)
            ? null
            : $"it is said to be a copy of {ShortId}, but that says something else of time, host, source or contents";
    }

    static bool IsSame(SnapshotInfo original, SnapshotInfo copy) =>
        original.Time == copy.Time && original.Finished == copy.Finished && original.HostName == copy.HostName
        && original.UserName == copy.UserName && original.Source == copy.Source
        && original.Tags.SequenceEqual(copy.Tags) && original.Statistics == copy.Statistics
        && original.ProblemCount == copy.ProblemCount && original.Roots.Count == copy.Roots.Count
        && original.Roots.Zip(copy.Roots).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span));

    sealed class OneSigner(SigningPublicKey key) : ISignerDirectory
    {
        public SigningPublicKey? Find(SignerId signer, ObjectType type) => signer == key.ToSignerId() ? key : null;
        public bool Counts(SignerId signer, Ulid ulid) => true;
    }
}
