using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing;
using Cairn.Vectors;

namespace Cairn.Tests.Fuzzing;

/// <summary>Every decoder there is. One that is added needs a line here.</summary>
static partial class FuzzTargets
{
    static readonly Lazy<IReadOnlyList<FuzzTarget>> Every = new(() =>
    [
        Number("varint", bytes =>
        {
            var reader = new ByteReader(bytes);
            var value = reader.VarintAtMost(ulong.MaxValue);
            reader.RequireEnd();
            return value;
        }),
        Number("piece-varint", bytes =>
        {
            var reader = new PieceReader(bytes);
            var value = reader.Varint("number");
            if (!reader.IsAtEnd)
                PieceReader.Refuse("bytes are left over");
            return value;
        }),
        ObjectName(), PrintedRecoveryKey(), Leaf(), LeafByCursor(), Upper(), Extents(), TagTexts(),
        .. Bodies(), .. Envelopes(), .. Packs(), .. LocalFiles(),
    ]);

    public static IReadOnlyList<FuzzTarget> All() => Every.Value;

    static FuzzTarget TagTexts() => new("tag-texts", FuzzSeeds.Of("tag-texts", "tag-texts"))
    {
        // A text has one encoding, so what is read says all that stood there but the length of the padding.
        Decode = bytes =>
        {
            var tags = TagTextCodec.Decode(bytes);
            var key = Kit.Keys.RestoreSecret;
            var sealedAgain = TagTextCodec.Seal(tags, key.PublicKey, new SeededRandom(1));
            Assert.NotNull(sealedAgain);
            Assert.Equal(tags, TagTextCodec.Open(sealedAgain, key));
            return null;
        },
    };

    static FuzzTarget Number(string name, Func<byte[], ulong> read) => new(name, FuzzSeeds.Of("varint", name))
    {
        Decode = bytes =>
        {
            var value = read(bytes);
            return () =>
            {
                var written = new byte[Varint.LengthMax];
                return written[..Varint.Write(written, value)];
            };
        },
    };

    static FuzzTarget ObjectName() => new("object-name", FuzzSeeds.With("object-name", FuzzSeeds.Vectors
        .Where(vector => vector.Name is not null).Select(vector => Encoding.Latin1.GetBytes(vector.Name!))))
    {
        Decode = bytes =>
        {
            if (!ObjectKey.TryParse(Encoding.Latin1.GetString(bytes), out var key))
                throw new FormatViolationException(FailureKind.Name, "it is no key");
            var again = Parsed(key) ?? throw new FormatViolationException(FailureKind.Name, "it is foreign");
            return () => Encoding.Latin1.GetBytes(again.Value);
        },
    };

    static ObjectKey? Parsed(ObjectKey key)
    {
        if (key == ObjectNames.Descriptor)
            return key;
        if (ObjectNames.TryParsePack(key, out var pack))
            return ObjectNames.Pack(pack);
        if (ObjectNames.TryParseLedger(key, out var host, out var ledger))
            return ObjectNames.Ledger(host, ledger.Ulid, ledger.Hash);
        if (ObjectNames.TryParseSnapshot(key, out var snapshot))
            return snapshot.Key;
        foreach (var prefix in ObjectNames.Prefixes)
        {
            if (ObjectNames.TryParseDated(prefix, key, out var name))
                return ObjectNames.Dated(prefix, name.Ulid, name.Hash);
        }
        return null;
    }

    // Written in many ways by people, so not canonical; but what is read prints as a key that reads the same.
    static FuzzTarget PrintedRecoveryKey() => new("recovery-key", FuzzSeeds.With("recovery-key", FuzzSeeds.Vectors
        .Where(vector => vector.Decoder == "recovery-key")
        .Select(vector => Encoding.UTF8.GetBytes(vector.Field("text")))))
    {
        Decode = bytes =>
        {
            using var key = RecoveryKey.Parse(Encoding.UTF8.GetString(bytes));
            using var again = RecoveryKey.Parse(RecoveryKey.Print(key));
            Assert.Equal(key.PublicKey, again.PublicKey);
            return null;
        },
    };

    static FuzzTarget Leaf() => new("leaf", FuzzSeeds.Of("leaf", "leaf"))
    {
        // An entry in memory is some hundred bytes; the shortest record has ten.
        Decode = bytes =>
        {
            var piece = LeafPiece.Decode(bytes);
            return () =>
            {
                var encoder = new LeafPieceEncoder();
                foreach (var block in piece.Blocks)
                {
                    encoder.BeginBlock(block.Class, block.Path.Span, block.IsContinued);
                    foreach (var entry in block.Entries.Span)
                        encoder.Add(entry);
                }
                return encoder.Finish().ToArray();
            };
        },
    };

    static FuzzTarget LeafByCursor() => new("leaf-cursor", FuzzSeeds.Of("leaf", "leaf"))
    {
        AllocationPerByte = 16,
        Decode = bytes =>
        {
            var cursor = new LeafCursor(bytes);
            while (cursor.Read() != LeafRecord.End)
            {
            }
            // What the one reader takes, the other must take too.
            return () =>
            {
                LeafPiece.Decode(bytes);
                return bytes;
            };
        },
    };

    static FuzzTarget Upper() => new("upper", FuzzSeeds.Of("upper", "upper"))
    {
        Decode = bytes =>
        {
            var level = LevelOf(bytes, smallest: 1);
            var rows = UpperPiece.Decode(bytes, level);
            return () =>
            {
                var (written, piece) = (new PieceWriter(), new PieceWriter());
                foreach (ref readonly var row in rows.AsSpan())
                    UpperPiece.Write(written, in row);
                UpperPiece.Frame(piece, level, rows.Length, written.Written);
                return piece.Written.ToArray();
            };
        },
    };

    static FuzzTarget Extents() => new("extent-list", FuzzSeeds.Of("extent-list", "extent-list"))
    {
        Decode = bytes =>
        {
            var level = LevelOf(bytes, smallest: 0);
            var extents = ExtentList.Decode(bytes, level);
            return () =>
            {
                var list = new PieceWriter();
                ExtentList.Encode(list, level, extents);
                return list.Written.ToArray();
            };
        },
    };

    /// <summary>Whoever reads a piece knows its level; here it is what the piece says, if that can be.</summary>
    static int LevelOf(byte[] piece, int smallest) =>
        piece.Length > 0 && piece[0] >= smallest && piece[0] < ManifestLimits.Levels ? piece[0] : smallest;
}
