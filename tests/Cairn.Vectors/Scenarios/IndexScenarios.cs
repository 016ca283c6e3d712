using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using static Cairn.Vectors.Scenario;

namespace Cairn.Vectors.Scenarios;

/// <summary>Section 8.</summary>
static class IndexScenarios
{
    // Where the first pack's fields stand in the body.
    const int FirstPack = 4, Kind = FirstPack + 32, Size = Kind + 1, KeyCount = Size + 4;

    public static IEnumerable<Vector> All() =>
    [
        Case("two-packs", Success, "8-body 6-under-index-key", "Two packs.", b => b),
        Dated("index/no-packs", ObjectType.Index, Success, "8-body", "None.",
            kit => new(kit, ObjectType.Index, new byte[4]), "packs 0\n"),
        Case("packs-descend", Framing, "8-order", "The first pack has the greatest name.",
            b => b.With(FirstPack, Enumerable.Repeat((byte)0xFF, 32).ToArray())),
        Case("more-packs-than-fit", Framing, "1-limits", "65,536 packs in two.", b => b.With(0, 0, 0, 1, 0)),
        Case("more-packs-than-allowed", Framing, "1-limits", "2^32 - 1 packs.", b => b.With(0, 255, 255, 255, 255)),
        Case("pack-kind-unknown", Framing, "8-body", "There is no kind 3.", b => b.With(Kind, 3)),
        Case("pack-too-long", Framing, "1-limits", "A pack above 256 MiB.", b => b.With(Size, 1, 0, 0, 0x10)),
        Case("rows-beyond-pack", Framing, "8-body", "Rows that a pack of 300 bytes cannot hold.",
            b => b.With(Size, 44, 1, 0, 0)),
        Case("no-keys", Framing, "8-body", "A pack without keys.", b => b.With(KeyCount, 0, 0)),
        Case("key-suite-unknown", Unsupported, "3-suite", "A key of suite 2.", b => b.With(KeyCount + 2, 2)),
        Case("byte-left-over", Framing, "1-canonical", "A byte follows the last pack.", b => b.Appending(0)),
        Case("cut-off", Framing, "8-body", "The last byte is missing.", b => b[..^1]),
        Case("contains-two", Success, "8-contained", "Two index objects besides the packs.",
            b => [.. b, .. Contained(2)], Contents(2)),
        Case("contains-descend", Framing, "8-contained", "Contained objects in the wrong order.",
            b => [.. b, .. Contained(2, descends: true)]),
        Case("contains-none", Framing, "8-contained 1-canonical", "A number of none is not written.",
            b => b.Appending(0, 0, 0, 0)),
        Case("contains-more-than-fit", Framing, "1-limits", "2^32 - 1 objects in no byte.",
            b => b.Appending(255, 255, 255, 255)),
        Case("contains-beyond-end", Framing, "8-contained", "A contained object longer than what is left.",
            b => [.. b, .. Contained(1).With(4, 255, 255, 255, 127)]),
        Case("contains-cut-off", Framing, "8-contained", "The last byte is missing.",
            b => [.. b, .. Contained(2)[..^1]]),
        Dated("index/signed-by-admin", ObjectType.Index, Success, "6-signer", "An admin may do what a maintainer may.",
            kit => new(kit, ObjectType.Index, Model()) { Signer = Kit.Admin },
            "packs 2\n" + string.Concat(Tables().Select(Show.Table))),
    ];

    static PackTable[] Tables() =>
    [
        .. Kit.SomeAscending(2, "pack").Select((name, i) => new PackTable
        {
            Name = name, Kind = i == 0 ? PackKind.Data : PackKind.Manifest, PackSize = 4096,
            Keys = [new SealedPackKey(1, 0, new byte[80])], Authors = [Kit.Host.Id],
            Rows =
            [
                new PackRow(
                    new BlobId(Kit.HashOf($"blob {i}")), i == 0 ? BlobKind.Chunk : BlobKind.Manifest, Codec.Zstd, 300,
                        1000,
                    0, 0, 0),
            ],
            BlobsOffset = PackHeader.SizeWithKeys(1),
        }),
    ];

    // What stands in a contained object, only its reader asks.
    static byte[][] Inner(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => (byte[])
            [.. ObjectHeaderOf(ObjectType.Index), .. Enumerable.Repeat((byte)i, Ulid.Size), .. new byte[100]]),
    ];

    static byte[] ObjectHeaderOf(ObjectType type)
    {
        var header = new byte[ObjectHeader.Size];
        ObjectHeader.Write(header, type, domain: 0);
        return header;
    }

    static byte[] Contained(int count, bool descends = false)
    {
        var writer = new ByteWriter(1024);
        writer.U32((uint)count);
        foreach (var stored in descends ? Inner(count).Reverse() : Inner(count))
        {
            writer.U32((uint)stored.Length);
            writer.Bytes(stored);
        }
        return writer.ToArray();
    }

    static string Contents(int count) => string.Concat(Inner(count).Select(stored => Show.Contained(stored)));

    static byte[] Model() => IndexCodec.Encode(Tables());

    static Vector Case(string name, string expect, string rules, string comment, Func<byte[], byte[]> change,
        string more = "") => Dated(
        $"index/{name}", ObjectType.Index, expect, rules, comment,
        kit => new(kit, ObjectType.Index, change(Model())),
        expect == Success ? "packs 2\n" + string.Concat(Tables().Select(Show.Table)) + more : "");
}
