using System.Text;
using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using static Cairn.Vectors.Scenario;

namespace Cairn.Vectors.Scenarios;

/// <summary>Section 7.</summary>
static class PackScenarios
{
    static readonly byte[] Hello = Encoding.ASCII.GetBytes("hello, cairn\n");
    static readonly byte[] Repeated = [.. Enumerable.Repeat((byte)'a', 1000)];

    // Where things stand in the table text of the model: authors, number of rows, first row, its flags and length.
    const int RowCount = 18, FirstRow = 22, FirstFlags = FirstRow + 32, FirstStored = FirstFlags + 1;

    public static IEnumerable<Vector> All() =>
        [.. Valid(), .. Heads(), .. Names(), .. Tables(), .. Rows(), .. Trailers(), .. Blobs(), .. Frames()];

    public static PackMaker Model(Kit kit) => new(
        kit, new BlobMaker(Hello), new BlobMaker(Repeated) { Frame = Vectors.Frames.Repeat((byte)'a', 1000) });

    /// <summary>What a reader shows of a pack: its table, and blobs up to the first that fails.</summary>
    static string Released(PackMaker maker, Vector vector, int blobs)
    {
        var text = new StringBuilder();
        var (table, _) = Describe(maker, vector);
        text.Append(Show.Table(table));
        for (var i = 0; i < blobs; i++)
            text.Append(Show.Blob(i, maker.Blobs[i].Plain));
        return text.ToString();
    }

    /// <summary>The table that a maker means, put together from what went into the pack.</summary>
    public static (PackTable Table, PackParts Parts) Describe(PackMaker maker, Vector vector)
    {
        var parts = (maker with { Kit = new Kit(vector.Scenario) }).Make();
        var keys = Enumerable.Range(0, maker.KeyCount).Select(i => new SealedPackKey(
            1, maker.Epoch, parts.Header.AsMemory(PackHeader.FixedSize + 5 + 85 * i, 80))).ToArray();
        var rows = maker.Blobs.Select((blob, i) => new PackRow(
            blob.TrueId, blob.Kind, blob.Codec, parts.Blobs[i].Length, blob.RowPlainLength, (ushort)blob.Key,
            blob.Ordinal ?? (uint)i, (ushort)blob.Author)).ToArray();
        ObjectNames.TryParsePack(new(vector.Name!), out var name);
        return (new PackTable
        {
            Name = name, Kind = maker.Kind, PackSize = vector.Object!.Length, Keys = keys, Authors = maker.Authors,
            Rows = rows, BlobsOffset = PackHeader.SizeWithKeys(maker.KeyCount),
        }, parts);
    }

    static Vector Case(
        string name, string expect, string rules, string comment, Func<PackMaker, PackMaker> change,
        Func<PackParts, byte[]>? bytes = null, int released = -1)
    {
        var vector = Pack($"pack/{name}", expect, rules, comment, kit => change(Model(kit)), bytes);
        var maker = change(Model(new Kit(vector.Scenario)));
        var count = expect == Success ? maker.Blobs.Length : released;
        return count < 0 ? vector : vector with { Content = Released(maker, vector, count) };
    }

    static IEnumerable<Vector> Valid() =>
    [
        Case("two-blobs", Success, "7-layout 7-blob 7-codec 5-pack", "A stored and a compressed blob.", p => p),
        Case("manifest-pack", Success, "7-kinds", "An extent list and a manifest piece.", p => p with
        {
            Kind = PackKind.Manifest,
            Blobs = [new BlobMaker([0, 1, 3]) { Kind = BlobKind.ExtentList },
                new BlobMaker([0, 0]) { Kind = BlobKind.Manifest }],
        }),
        Case("repacked", Success, "7-explicit 7-repacking",
            "Rows of two keys and two authors, with the ordinals they had.",
            p => p with
            {
                KeyCount = 2, Authors = [Kit.Maintainer.Id, Kit.Host.Id], Signer = Kit.Maintainer,
                Blobs =
                [
                    p.Blobs[0] with { Key = 0, Ordinal = 5, Author = 1 },
                        p.Blobs[1] with { Key = 1, Ordinal = 5, Author = 1 },
                ],
            }),
        Case("empty-blob", Success, "7-blob", "A chunk without content.", p => p with { Blobs = [new BlobMaker([])] }),
    ];

    static IEnumerable<Vector> Heads() =>
    [
        Case("format-newer", Unsupported, "6-format", "Format 2.", p => p with { Header = h => h.With(5, 2) }),
        Case("suite-unknown", Unsupported, "3-suite", "Suite 2.", p => p with { Header = h => h.With(7, 2) }),
        Case("magic", Framing, "6-header", "The first byte is not C.", p => p with { Header = h => h.Flipping(0) }),
        Case("type", Framing, "6-header", "Type 2 under the name of a pack.",
            p => p with { Header = h => h.With(6, 2) }),
        Case("reserved-set", Framing, "1-canonical", "A reserved byte.", p => p with { Header = h => h.With(11, 1) }),
        Case("reserved-of-pack-set", Framing, "1-canonical 7-layout", "The pack's reserved byte.",
            p => p with { Header = h => h.With(13, 1) }),
        Case("kind-unknown", Framing, "7-kinds", "There is no kind 3.", p => p with { Header = h => h.With(12, 3) }),
        Case("no-keys", Framing, "7-layout", "No key at all.", p => p with { Header = h => h.With(14, 0, 0) }),
        Case("keys-beyond-limit", Framing, "1-limits", "1,025 keys.", p => p with { Header = h => h.With(14, 1, 4) }),
        Case("key-suite-unknown", Unsupported, "3-suite", "A key of suite 2.",
            p => p with { Header = h => h.With(48, 2) }),
    ];

    static IEnumerable<Vector> Names() =>
    [
        Case("hash-in-name", Name, "5-verify", "The name has another hash.", p => p) is var v
            ? v with { Name = v.Name![..^1] + (v.Name[^1] == '0' ? '1' : '0') } : v,
        Case("cut-off-under-its-name", Name, "5-verify", "The last byte is missing.", p => p) is var w
            ? w with { Object = w.Object![..^1] } : w,
    ];

    static IEnumerable<Vector> Tables() =>
    [
        Case("table-changed", Authentication, "7-layout 1-release", "A bit of the table.",
            p => p with { SealedTable = t => t.Flipping(20) }),
        Case("salt-changed", Authentication, "4-one-time-key", "A bit of the salt.", p => p,
            parts => (parts with { Header = parts.Header.Flipping(20) }).Bytes),
        Case("other-repository", Authentication, "7-layout", "Made for another repository.",
            p => p with { Repository = new RepositoryId(Kit.HashOf("other repository")) }),
        Case("table-padding-not-zero", Framing, "6-padding 7-table", "The last byte of the table's padding is 1.",
            p => p with { TableZeros = z => z.With(z.Length - 1, 1) }),
        Case("table-padding-too-long", Framing, "6-padding 7-table", "Padded to another length.",
            p => p with { TableZeros = z => [.. z, .. new byte[32]] }),
        Case("no-authors", Framing, "7-table", "Nobody vouches for it.",
            p => p with { TableText = t => t.With(0, 0, 0).Without(2, 16) }),
        Case("author-twice", Framing, "7-table", "The same author twice, where one would do.",
            p => p with { TableText = t => t.With(0, 2, 0).Inserting(18, t.AsSpan(2, 16)) }),
        Case("authors-beyond-limit", Framing, "1-limits", "1,025 authors.",
            p => p with { TableText = t => t.With(0, 1, 4) }),
        Case("rows-more-than-fit", Framing, "1-limits", "2^20 rows in a table of two.",
            p => p with { TableText = t => t.With(RowCount, 0, 0, 16, 0) }),
        Case("rows-beyond-limit", Framing, "1-limits", "2^32 - 1 rows.",
            p => p with { TableText = t => t.With(RowCount, 255, 255, 255, 255) }),
        Case("rows-cut-off", Framing, "7-table", "The table ends inside of a row.",
            p => p with { TableText = t => t[..^2], TableZeros = _ => [] }),
        Case("blobs-run-into-table", Framing, "7-layout", "A row claims more bytes than there are before the table.",
            p => p with { TableText = t => t.With(FirstStored, 0xFF).Inserting(FirstStored + 1, 0x7F) }),
        Case("blob-longer-than-limit", Framing, "1-limits", "A row of 2^32 bytes.",
            p => p with { TableText = t => t.With(FirstStored, 0x80).Inserting(FirstStored + 1, 0x80, 0x80, 0x80,
                0x10) }),
    ];

    static Vector Row(
        string name, string expect, string rules, string comment, Func<BlobMaker, BlobMaker> second, int keys = 1) =>
            Case(
            name, expect, rules, comment, p => p with { KeyCount = keys, Blobs = [p.Blobs[0], second(p.Blobs[1])] });

    static IEnumerable<Vector> Rows() =>
    [
        Row("row-reserved-bit-5", Framing, "1-canonical 7-row", "A reserved bit of the flags.",
            b => b with { FlagsError = 0x20 }),
        Row("row-reserved-bit-6", Framing, "1-canonical 7-row", "The other one.", b => b with { FlagsError = 0x40 }),
        Row("row-kind-unknown", Framing, "7-row", "There is no kind 3.", b => b with { FlagsError = 3 }),
        Row("row-codec-unknown", Unsupported, "7-codec", "Codec 7.", b => b with { FlagsError = 0x18 }),
        Row("manifest-in-data-pack", Framing, "7-kinds", "A manifest piece among chunks.",
            b => b with { Kind = BlobKind.Manifest }),
        Case("chunk-in-manifest-pack", Framing, "7-kinds", "A chunk among manifest pieces.", p => p with
        {
            Kind = PackKind.Manifest, Blobs = [new BlobMaker([0, 0]) { Kind = BlobKind.Manifest }, p.Blobs[0]],
        }),
        Row("row-shorter-than-tag", Framing, "7-row", "15 bytes stored.", b => b with { Stored = s => s[..15] }),
        Case("row-length-in-long-form", Framing, "1-canonical", "The stored length in two bytes where one does.",
            p => p with { TableText = t => t.Flipping(FirstStored, 7).Inserting(FirstStored + 1, 0) }),
        Row("explicit-without-need", Framing, "7-explicit", "Explicit, with the values that it would have anyway.",
            b => b with { ExplicitTail = [0, 1, 0] }),
        Row("explicit-key-out-of-range", Framing, "7-explicit", "Key 1 of one.",
            b => b with { ExplicitTail = [1, 1, 0] }),
        Row("explicit-author-out-of-range", Framing, "7-explicit", "Author 1 of one.",
            b => b with { ExplicitTail = [0, 1, 1] }),
        Row("explicit-ordinal-beyond-32-bits", Framing, "7-explicit", "Ordinal 2^32.",
            b => b with { ExplicitTail = [0, 0x80, 0x80, 0x80, 0x80, 0x10, 0] }),
        Row("nonce-twice", Framing, "7-nonce", "Both rows have key 0 and ordinal 0.", b => b with { Ordinal = 0 }),
        Row("nonce-twice-among-keys", Success, "7-nonce", "The same ordinal under two keys is no repetition.",
            b => b with { Key = 1, Ordinal = 0 }, keys: 2),
    ];

    static IEnumerable<Vector> Trailers() =>
    [
        Case("trailer-magic", Framing, "7-layout", "The last bytes are not CRNp.", p => p with { Magic = "CRNq" }),
        Case("too-small", Framing, "7-smallest", "Padded to less than 4,096 bytes.", p => p with { SmallestSize = 0 }),
        Case("table-length-too-great", Framing, "1-limits 7-layout", "A table that reaches into the header.",
            p => p with { TableLengthError = 1 << 20 }),
        Case("table-length-off-by-one", Authentication, "7-layout", "A table of one byte more.",
            p => p with { TableLengthError = 1 }),
        Case("content-hash", Content, "7-layout", "The content hash is not that of the content, though signed so.",
            p => p with { ContentHash = h => h.Flipping(0) }),
        Case("signature-changed", Signature, "7-layout", "A bit of the signature.",
            p => p with { Signature = s => s.Flipping(3) }),
        Case("signer-is-not-the-first-author", Signature, "7-layout 6-signer", "The second author signed it.",
            p => p with
        {
            Authors = [Kit.Host.Id, Kit.OtherHost.Id], Signer = Kit.OtherHost,
        }),
        Case("author-unknown", Signature, "6-signer", "Nobody let its author in.", p => p with
        {
            Authors = [Kit.Stranger.Id], Signer = Kit.Stranger,
        }),
        Case("signed-by-admin", Success, "6-signer", "An admin may do what a maintainer may: repack.", p => p with
        {
            Authors = [Kit.Admin.Id], Signer = Kit.Admin,
        }),
        Case("padding-changed", Content, "7-layout", "A bit of the random padding: the content hash tells.", p => p,
            parts => (parts with { Padding = parts.Padding.Flipping(0) }).Bytes),
    ];

    static Vector Second(
        string name, string expect, string rules, string comment, Func<BlobMaker, BlobMaker> change) => Case(
            name, expect, rules, comment, p => p with { Blobs = [p.Blobs[0], change(p.Blobs[1])] }, released: 1);

    static IEnumerable<Vector> Blobs() =>
    [
        Second("blob-tag", Authentication, "7-blob 1-release", "A bit of the second blob's tag.",
            b => b with { Stored = s => s.Flipping(-1) }),
        Second("blob-ciphertext", Authentication, "7-blob 1-release", "A bit of the second blob's ciphertext.",
            b => b with { Stored = s => s.Flipping(0) }),
        Second("blob-id", Content, "7-blob", "The second blob has another id than its content.",
            b => b with { Id = new BlobId(Kit.HashOf("another blob")) }),
        Second("blob-id-of-another-kind", Content, "4-blob-id", "Its id is that of a manifest piece with this content.",
            b => b with { Id = Kit.Hasher.Hash((byte)BlobKind.Manifest, b.Plain) }),
        Second("blob-length", Content, "7-codec", "The row says one byte less than the frame holds.",
            b => b with { PlainLength = 999 }),
        Case("sealed-key-changed", Authentication, "3-sealed-box", "A bit of the box with the pack's key.",
            p => p with { Header = h => h.Flipping(60) }, released: 0),
        Case("epoch-unknown", WrongKey, "15-wrong-key", "Its key is sealed to an epoch whose seed the reader lacks.",
            p => p with { Epoch = 1, Recipient = Kit.NextKeys.RestorePublic }, released: 0),
    ];

    static Vector Frame(string name, string comment, byte[] frame) =>
        Second($"zstd-{name}", Content, "7-codec 3-zstd", comment, b => b with { Frame = frame });

    static IEnumerable<Vector> Frames()
    {
        var frame = Vectors.Frames.Repeat((byte)'a', 1000);
        return
        [
            Frame("byte-left-over", "A byte follows the frame.", frame.Appending(0)),
            Frame("two-frames", "A second, empty frame follows.",
                [.. frame, 0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x00, 0x01, 0x00, 0x00]),
            Frame("skippable-frame-before", "A skippable frame stands before it.",
                [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0, .. frame]),
            Frame("cut-off", "The last byte of the frame is missing.", frame[..^1]),
            Frame("magic", "The frame's magic is wrong.", frame.Flipping(0)),
            Frame("longer-than-claimed", "The block is longer than the frame's content size.",
                Vectors.Frames.RepeatClaiming((byte)'a', 1001, 1000)),
            Frame("shorter-than-claimed", "The block is shorter than the frame's content size.",
                Vectors.Frames.RepeatClaiming((byte)'a', 999, 1000)),
            Frame("other-length", "Frame and block agree, but not with the row.",
                Vectors.Frames.Repeat((byte)'a', 999)),
            Frame("without-content-size", "The frame does not say how long its content is.",
                Vectors.Frames.RepeatWithoutContentSize((byte)'a', 1000)),
            Frame("with-checksum", "The checksum flag is set.",
                [.. Vectors.Frames.Repeat((byte)'a', 1000, descriptor: 0x64), 0, 0, 0, 0]),
            Frame("with-dictionary", "The frame names a dictionary.",
                Vectors.Frames.RepeatWithDictionary((byte)'a', 1000)),
            Frame("reserved-bit", "The reserved bit of the frame header is set.",
                Vectors.Frames.Repeat((byte)'a', 1000, descriptor: 0x68)),
        ];
    }
}
