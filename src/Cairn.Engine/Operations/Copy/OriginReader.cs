using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Copy;

/// <summary>Takes from the source what a copy keeps of its original: the object, its host's public key, and the key of
/// its body.</summary>
static class OriginReader
{
    public static Task<SnapshotOrigin> ReadAsync(
        Repository source, SnapshotName name, CancellationToken cancellationToken) =>
        ObjectReader.ReadAsync(
            source.Store, name.Key, name.Hash, bytes => Read(source, name, bytes), cancellationToken);

    static SnapshotOrigin Read(Repository source, SnapshotName name, ReadOnlyMemory<byte> stored)
    {
        var head = SnapshotEnvelope.Verify(name, stored.Span, source.Id, source.Signers);
        if (!source.RequireSecrets().Epochs.TryGetValue(head.Epoch, out var keys))
            throw new FormatViolationException(
                FailureKind.WrongKey, $"it is sealed to epoch {head.Epoch}, which this key does not open");
        using var key = SnapshotEnvelope.OpenKey(stored.Span, keys.RestoreSecret);
        var signer = source.Signers.Find(head.Host, ObjectType.Snapshot)
            ?? throw new FormatViolationException(FailureKind.Signature, $"its host {head.Host} is not known");
        return new SnapshotOrigin
        {
            Repository = source.Id, Ledger = name.Ledger, HostKey = signer, Object = stored.ToArray(),
            Key = key.AsSpan().ToArray(),
        };
    }
}
