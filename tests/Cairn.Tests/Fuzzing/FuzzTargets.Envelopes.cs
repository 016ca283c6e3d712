using System.Buffers.Binary;
using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Snapshots;
using Cairn.Vectors;

namespace Cairn.Tests.Fuzzing;

/// <summary>Objects but packs: what stands in envelopes, and the envelopes with and without a seal that fits.</summary>
static partial class FuzzTargets
{
    const int HeadSize = 12 + 16 + 32;
    const int BodyOffset = 16 + 4;

    static readonly (ObjectType Type, Func<byte[], Func<byte[]>> Decode)[] UnderIndexKey =
    [
        (ObjectType.Index, body => Again(IndexCodec.Decode(body), IndexCodec.Encode)),
        (ObjectType.Ledger, body => Again(LedgerCodec.Decode(body), LedgerCodec.Encode)),
        (ObjectType.Moves, body => Again(RecordCodecs.DecodeMoves(body), StrictRecord.Encode)),
        (ObjectType.Retired, body => Again(RecordCodecs.DecodeRetired(body), StrictRecord.Encode)),
        (ObjectType.HostRecord, body => Again(RecordCodecs.DecodeHost(body), StrictRecord.Encode)),
    ];

    static readonly (ObjectType Type, Func<byte[], Func<byte[]>> Decode)[] Plain =
    [
        (ObjectType.KeySlot, body => Again(KeySlot.Decode(body), slot => slot.Encode())),
        (ObjectType.Roster, body => Again(Roster.Decode(body), roster => roster.Encode())),
        (ObjectType.Epoch, body => Again(RecordCodecs.DecodeEpoch(body), StrictRecord.Encode)),
    ];

    static Func<byte[]> Again<T>(T value, Func<T, byte[]> encode) => () => encode(value);

    static IEnumerable<FuzzTarget> Bodies()
    {
        foreach (var (type, decode) in UnderIndexKey)
            yield return new FuzzTarget(BodyName(type), FuzzSeeds.BodiesUnderIndexKey(type, BodyName(type)))
            {
                Decode = decode,
            };
        foreach (var (type, decode) in Plain)
            yield return new FuzzTarget(BodyName(type), FuzzSeeds.PlainBodies(type, BodyName(type)))
            {
                Decode = decode,
            };
        yield return new FuzzTarget("snapshot-body", FuzzSeeds.SnapshotBodies("snapshot-body"))
        {
            Decode = body => Again(SnapshotCodec.Decode(default, body), SnapshotCodec.Encode),
        };
    }

    static IEnumerable<FuzzTarget> Envelopes()
    {
        foreach (var (type, decode) in UnderIndexKey)
        {
            var name = Scenario.DecoderOf(type);
            yield return new FuzzTarget(name, FuzzSeeds.Of(name, name)) { Decode = OpenThen(type, decode) };
            yield return new FuzzTarget($"{name}-resealed", Texts(FuzzSeeds.Of(name, $"{name}-resealed")))
            {
                Wrap = Reseal, Decode = OpenThen(type, decode),
            };
        }
        foreach (var (type, decode) in Plain)
        {
            var name = Scenario.DecoderOf(type);
            yield return new FuzzTarget(name, FuzzSeeds.Of(name, name)) { Decode = OpenPlainThen(type, decode) };
            yield return new FuzzTarget($"{name}-resigned", Unsigned(FuzzSeeds.Of(name, $"{name}-resigned")))
            {
                Wrap = Resign, Decode = OpenPlainThen(type, decode),
            };
        }
        yield return Snapshots();
        yield return SnapshotsResealed();
        yield return new FuzzTarget("descriptor", FuzzSeeds.Of("descriptor", "descriptor"))
        {
            Decode = bytes => Again(Descriptor.Decode(bytes), descriptor => descriptor.Encode(Kit.Admin)),
        };
        yield return new FuzzTarget("descriptor-resigned", FuzzSeeds.Of("descriptor", "descriptor-resigned"))
        {
            // A JSON document in memory has some hundred bytes for a brace.
            Wrap = ResignDescriptor, Decode = bytes =>
            {
                Assert.Equal(bytes, Descriptor.Decode(bytes).Encode(Kit.Admin));
                return null;
            },
        };
    }

    static string BodyName(ObjectType type) => $"{Scenario.DecoderOf(type)}-body";

    // Salt, ULID and padding are not kept by what opens, so whole objects are not encoded again; their bodies are.
    static Func<byte[], Func<byte[]>?> OpenThen(ObjectType type, Func<byte[], Func<byte[]>> decode) => stored =>
    {
        var world = FuzzSeeds.World;
        var body = IndexEnvelope.Open(type, stored, world.Envelope, world.Signers).Body.ToArray();
        Assert.Equal(body, decode(body)());
        return null;
    };

    static Func<byte[], Func<byte[]>?> OpenPlainThen(ObjectType type, Func<byte[], Func<byte[]>> decode) => stored =>
    {
        var world = FuzzSeeds.World;
        var body = PlainEnvelope.Open(type, stored, world.Repository, world.Signers).Body.ToArray();
        Assert.Equal(body, decode(body)());
        return null;
    };

    static FuzzTarget Snapshots() => new("snapshot", FuzzSeeds.Of("snapshot", "snapshot"))
    {
        Decode = OpenSnapshot,
    };

    static FuzzTarget SnapshotsResealed() => new("snapshot-resealed", FuzzSeeds.SnapshotBodies("snapshot-resealed"))
    {
        Wrap = body => new EnvelopeMaker(new Kit("fuzzing"), ObjectType.Snapshot, body)
        {
            Context = "cairn/1 snapshot",
        }.SealSnapshot(SomeLedger),
        Decode = OpenSnapshot,
    };

    static ObjectHash SomeLedger { get; } = Kit.Some("ledger object");

    static Func<byte[]>? OpenSnapshot(byte[] stored)
    {
        // The name is whatever the object says, so that more than the comparison of names is reached.
        var name = stored.Length < 44 ? default : new SnapshotName(
            new SignerId(stored.AsSpan(28, 16)), new Ulid(stored.AsSpan(12, 16)), SomeLedger, default);
        var world = FuzzSeeds.World;
        SnapshotEnvelope.Verify(name, stored, world.Repository, world.Signers);
        var body = SnapshotEnvelope.Open(stored, world.Repository, world.Keys.RestoreSecret);
        Assert.Equal(body, SnapshotCodec.Encode(SnapshotCodec.Decode(name, body)));
        return null;
    }

    /// <summary>Head and plain text of those that open.</summary>
    static List<byte[]> Texts(IReadOnlyList<byte[]> objects)
    {
        var texts = new List<byte[]>();
        foreach (var stored in objects.Where(stored => stored.Length > HeadSize + Aead.TagSize))
        {
            var plain = new byte[stored.Length - HeadSize - Aead.TagSize];
            using var aead = AeadOf(stored.AsSpan(0, HeadSize));
            if (aead.TryDecrypt(0, Associated(stored.AsSpan(0, HeadSize)), stored.AsSpan(HeadSize), plain))
                texts.Add([.. stored.AsSpan(0, HeadSize), .. plain]);
        }
        return texts;
    }

    /// <summary>Signs what the length field covers, if it fits, and encrypts: docs/format.md, section 6.2.</summary>
    static byte[] Reseal(byte[] text)
    {
        if (text.Length < HeadSize + BodyOffset + 64)
            return text;
        var head = text.AsSpan(0, HeadSize);
        var plain = text[HeadSize..];
        var length = BinaryPrimitives.ReadUInt32LittleEndian(plain.AsSpan(16));
        if (length <= plain.Length - BodyOffset - 64)
        {
            var signed = BodyOffset + (int)length;
            var claimed = new SignerId(plain.AsSpan(0, 16));
            var signer = Signers.FirstOrDefault(signer => signer.Id == claimed) ?? Kit.Stranger;
            signer.Sign(
                [.. "cairn/1 signed"u8, .. Kit.Repository.AsSpan(), .. head, .. plain.AsSpan(0, signed)],
                plain.AsSpan(signed, 64));
        }
        var ciphertext = new byte[plain.Length + Aead.TagSize];
        using var aead = AeadOf(head);
        aead.Encrypt(0, Associated(head), plain, ciphertext);
        return [.. head, .. ciphertext];
    }

    static Aead AeadOf(ReadOnlySpan<byte> head)
    {
        var purpose = (ObjectType)head[6] switch
        {
            ObjectType.HostRecord => "host",
            var type => type.ToString().ToLowerInvariant(),
        };
        var key = new byte[Aead.KeySize];
        KeyDerivation.ForObject(Kit.Keys.Shared.Index, head[28..], purpose, key);
        return new Aead(key);
    }

    static Signer[] Signers => [Kit.Host, Kit.OtherHost, Kit.Maintainer, Kit.Admin];

    static byte[] Associated(ReadOnlySpan<byte> head) => [.. Kit.Repository.AsSpan(), .. head];

    static List<byte[]> Unsigned(IReadOnlyList<byte[]> objects) =>
        [.. objects.Where(stored => stored.Length >= 64).Select(stored => stored[..^64])];

    static byte[] Resign(byte[] signed)
    {
        var signature = new byte[64];
        Kit.Admin.Sign([.. "cairn/1 signed"u8, .. Kit.Repository.AsSpan(), .. signed], signature);
        return [.. signed, .. signature];
    }

    static byte[] ResignDescriptor(byte[] text)
    {
        var end = text.AsSpan().LastIndexOf("  \"signature\""u8);
        if (end < 0)
            return text;
        var signature = new byte[64];
        Kit.Admin.Sign([.. "cairn/1 descriptor"u8, .. text.AsSpan(0, end)], signature);
        var line = $"  \"signature\": \"{Convert.ToHexStringLower(signature)}\"\n}}\n";
        return [.. text.AsSpan(0, end), .. Encoding.ASCII.GetBytes(line)];
    }
}
