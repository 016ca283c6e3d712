using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Google.Protobuf;

namespace Cairn.Engine.Snapshots;

/// <summary>The record of what a snapshot is a copy of (docs/format.md, SnapshotOrigin).</summary>
static class SnapshotOriginCodec
{
    public static Formats.Records.SnapshotOrigin ToRecord(SnapshotOrigin origin) => new()
    {
        Repository = ByteString.CopyFrom(origin.Repository.AsSpan()),
        Ledger = ByteString.CopyFrom(origin.Ledger.AsSpan()),
        PublicKey = ByteString.CopyFrom(origin.HostKey.AsSpan()),
        Object = ByteString.CopyFrom(origin.Object.Span), Key = ByteString.CopyFrom(origin.Key.Span),
    };

    /// <summary>The form only: whether it was signed by whom it says is for those who ask.</summary>
    public static SnapshotOrigin FromRecord(Formats.Records.SnapshotOrigin record)
    {
        StrictRecord.RequireLength(record.Repository, RepositoryId.Size, "origin's repository");
        StrictRecord.RequireLength(record.Ledger, ObjectHash.Size, "origin's ledger");
        StrictRecord.RequireLength(record.PublicKey, SigningPublicKey.Size, "origin's public key");
        StrictRecord.RequireLength(record.Key, Aead.KeySize, "origin's key");
        if (record.Object.IsEmpty)
            throw new FormatViolationException(FailureKind.Framing, "its record has an origin without an object");
        return new SnapshotOrigin
        {
            Repository = new RepositoryId(record.Repository.Span), Ledger = new ObjectHash(record.Ledger.Span),
            HostKey = new SigningPublicKey(record.PublicKey.Span), Object = record.Object.Memory,
            Key = record.Key.Memory,
        };
    }
}
