using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Vectors;
using Cairn.Vectors.Scenarios;

namespace Cairn.Tests.Vectors;

static partial class EntryPoints
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static (string, Func<StringBuilder, Task>)[] DescriptorReaders(Vector vector) =>
    [
        ("Descriptor", Now(released => released.Append(DescriptorScenarios.Show(Descriptor.Decode(vector.Object))))),
        ("RepositoryOpener", async released =>
        {
            var store = await World.StoreAsync(vector);
            released.Append(DescriptorScenarios.Show(await RepositoryOpener.ReadDescriptorAsync(store, Cancellation)));
        }),
    ];

    /// <summary>Objects with their hash in the name: from memory, and from a store through ObjectReader.</summary>
    static (string, Func<StringBuilder, Task>)[] ObjectReaders(Vector vector) =>
    [
        ("codecs", Now(released =>
        {
            using var world = new World(vector);
            var key = new ObjectKey(vector.Name!);
            RequireName(ObjectWriter.HashOf(vector.Object) == HashOfName(key.Value));
            released.Append(Decode(vector, vector.Object, world));
        })),
        ("ObjectReader", async released =>
        {
            using var world = new World(vector);
            var store = await World.StoreAsync(vector);
            released.Append(await ObjectReader.ReadAsync(
                store, new ObjectKey(vector.Name!), HashOfName(vector.Name!), bytes => Decode(vector, bytes, world),
                Cancellation));
        }),
    ];

    static ObjectHash HashOfName(string name) => new(Convert.FromHexString(name[^64..]));

    static string Decode(Vector vector, ReadOnlyMemory<byte> bytes, World world)
    {
        var key = new ObjectKey(vector.Name!);
        switch (vector.Decoder)
        {
            case "key-slot":
                return Show.Slot(KeySlot.Decode(OpenPlain(ObjectType.KeySlot, key, bytes, world)));
            case "roster":
                return Show.Roster(Roster.Decode(OpenPlain(ObjectType.Roster, key, bytes, world)));
            case "epoch":
                return Show.Record(DecodeEpoch(OpenPlain(ObjectType.Epoch, key, bytes, world)));
            case "host-record":
                return Show.Record(HostRecords.Open(bytes, Name(ObjectNames.Hosts, key), world.Envelope,
                    world.Signers));
            case "retired":
                return Show.Record(RetiredLog.Open(
                    bytes, Name(ObjectNames.Retired, key), world.Envelope, world.Signers).Record);
            case "moves":
                return Show.Record(RecordCodecs.DecodeMoves(OpenUnderIndexKey(ObjectType.Moves, key, bytes,
                    world).Span));
            case "index":
                var index = IndexCodec.Decode(OpenUnderIndexKey(ObjectType.Index, key, bytes, world).Span);
                return $"packs {index.Tables.Length}\n" + string.Concat(index.Tables.Select(Show.Table))
                    + string.Concat(index.Contained.Select(Show.Contained));
            case "ledger":
                return Show.Ledger(LedgerCodec.Decode(OpenLedger(key, bytes, world)));
            case "snapshot":
                return Show.Snapshot(OpenSnapshot(key, bytes.Span, world));
            default:
                throw new NotSupportedException($"nothing reads {vector.Decoder}");
        }
    }

    static DatedName Name(string prefix, ObjectKey key) => ObjectNames.TryParseDated(prefix, key, out var name)
        ? name
        : throw new FormatViolationException(FailureKind.Name, "it is foreign");

    static void RequireName(bool isSame)
    {
        if (!isSame)
            throw new FormatViolationException(FailureKind.Name, "its name says something else than the object");
    }

    static ReadOnlySpan<byte> OpenPlain(ObjectType type, ObjectKey key, ReadOnlyMemory<byte> bytes, World world)
    {
        var opened = PlainEnvelope.Open(type, bytes, world.Repository, world.Signers);
        RequireName(opened.Ulid == Name(type == ObjectType.Epoch ? ObjectNames.Epochs : ObjectNames.Keys, key).Ulid);
        return opened.Body.Span;
    }

    static ReadOnlyMemory<byte> OpenUnderIndexKey(
        ObjectType type, ObjectKey key, ReadOnlyMemory<byte> bytes, World world)
    {
        var opened = IndexEnvelope.Open(type, bytes.Span, world.Envelope, world.Signers);
        RequireName(opened.Ulid == Name(type == ObjectType.Index ? ObjectNames.Index : ObjectNames.Moves, key).Ulid);
        return opened.Body;
    }

    static ReadOnlyMemory<byte> OpenLedger(ObjectKey key, ReadOnlyMemory<byte> bytes, World world)
    {
        var opened = IndexEnvelope.Open(ObjectType.Ledger, bytes.Span, world.Envelope, world.Signers);
        RequireName(ObjectNames.TryParseLedger(key, out var host, out var name)
            && host == opened.Signer && name.Ulid == opened.Ulid);
        return opened.Body;
    }

    static SnapshotInfo OpenSnapshot(ObjectKey key, ReadOnlySpan<byte> bytes, World world)
    {
        RequireName(ObjectNames.TryParseSnapshot(key, out var name));
        var head = SnapshotEnvelope.Verify(name, bytes, world.Repository, world.Signers);
        if (head.Epoch != 0)
            throw new FormatViolationException(FailureKind.WrongKey, $"it is sealed to epoch {head.Epoch}");
        return SnapshotCodec.Decode(name, SnapshotEnvelope.Open(bytes, world.Repository, world.Keys.RestoreSecret));
    }

    static EpochRecord DecodeEpoch(ReadOnlySpan<byte> body)
    {
        var record = RecordCodecs.DecodeEpoch(body);
        return record.Epoch == 1
            ? record
            : throw new FormatViolationException(FailureKind.Framing, "not the epoch after the first");
    }

    static (string, Func<StringBuilder, Task>)[] PackReaders(Vector vector) =>
    [
        ("PackReader", Now(released =>
        {
            using var world = new World(vector);
            ReadPack(vector.Object!, new ObjectKey(vector.Name!), world, text => released.Append(text));
        })),
    ];

    static Dictionary<BlobId, byte[]> ReadPack(byte[] bytes, ObjectKey key, World world, Action<string> release)
    {
        RequireName(ObjectNames.TryParsePack(key, out var name));
        var table = PackReader.Verify(name, bytes, world.Envelope, world.Signers);
        release(Show.Table(table));
        var buffers = new BufferPool();
        using var decoder = new BlobDecoder(world.Repository, world.Hasher, buffers);
        var contents = new Dictionary<BlobId, byte[]>();
        var at = table.BlobsOffset;
        try
        {
            for (var i = 0; i < table.Rows.Length; i++)
            {
                var row = table.Rows[i];
                using var packKey = world.KeyRing.Open(table.Keys[row.Key]);
                using var aead = new Aead(packKey.AsSpan());
                using var plain = decoder.Decode(row, bytes.AsSpan(at, row.StoredLength), aead);
                at += row.StoredLength;
                contents.Add(row.Id, plain.Span.ToArray());
                release(Show.Blob(i, plain.Span));
            }
        }
        finally
        {
            Assert.Equal(0, buffers.Outstanding);
        }
        return contents;
    }
}
