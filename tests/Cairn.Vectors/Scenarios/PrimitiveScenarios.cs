using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Google.Protobuf;
using static Cairn.Vectors.Scenario;

namespace Cairn.Vectors.Scenarios;

/// <summary>Sections 1 and 5: numbers, padding, names.</summary>
static class PrimitiveScenarios
{
    const string Ulid = "01KGA44M0000000000000000ZZ";
    static readonly string Hash = Kit.Some("object").ToString();
    static readonly string Host = Kit.Host.Id.ToString();

    public static IEnumerable<Vector> All() => [.. Varints(), .. Paddings(), .. Names(), .. TagBoxes()];

    static IEnumerable<Vector> TagBoxes() =>
    [
        TagBox("two", Success, "What a box of later tags holds.", TagBody("keep", "yearly"), zeros: 185,
            "tags keep\ntags yearly\n"),
        TagBox("none", Success, "No tags at all: all were taken away.", [], zeros: 204),
        TagBox("descend", Framing, "Tags in the wrong order.", TagBody("yearly", "keep"), zeros: 185),
        TagBox("repeat", Framing, "A tag twice.", TagBody("keep", "keep"), zeros: 187),
        TagBox("too-much-padding", Framing, "One step more than is needed.", TagBody("keep"), zeros: 198 + 256),
        Bytes("tag-texts/not-zeros", "tag-texts", Framing, "14-later-tags", "A one in the padding.", [0, 0, 0, 0, 1]),
        Bytes("tag-texts/length-beyond", "tag-texts", Framing, "14-later-tags 1-limits",
            "The length is greater than the box.", [1, 0, 0, 0x80]),
        Bytes("tag-texts/too-short", "tag-texts", Framing, "14-later-tags", "There is no length.", [0, 0, 0]),
    ];

    static Vector TagBox(
        string name, string expect, string comment, byte[] body, int zeros, string content = "") => Bytes(
        $"tag-texts/{name}", "tag-texts", expect, "14-later-tags", comment,
        [.. BitConverter.GetBytes(body.Length), .. body, .. new byte[zeros]], content);

    static byte[] TagBody(params string[] tags) => new TagTexts { Tags = { tags } }.ToByteArray();


    static IEnumerable<Vector> Varints() =>
    [
        Number("zero", 0, [0]), Number("largest-of-one-byte", 127, [0x7F]), Number("smallest-of-two", 128, [0x80, 1]),
        Number("largest", ulong.MaxValue, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        Bytes("varint/long-form", "varint", Framing, "1-varint 1-canonical", "Zero in two bytes.", [0x80, 0x00]),
        Bytes("varint/long-form-of-128", "varint", Framing, "1-varint", "128 in three bytes.", [0x80, 0x81, 0x00]),
        Bytes("varint/beyond-64-bits", "varint", Framing, "1-varint", "2^64.",
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2]),
        Bytes("varint/eleven-bytes", "varint", Framing, "1-varint", "It does not end where 64 bits do.",
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0]),
        Bytes("varint/cut-off", "varint", Framing, "1-varint", "More bytes are announced.", [0x80]),
        Bytes("varint/nothing", "varint", Framing, "1-varint", "No byte at all.", []),
        Bytes("varint/byte-left-over", "varint", Framing, "1-canonical", "A byte follows.", [0, 0]),
        Signed("zero", 0, [0]), Signed("minus-one", -1, [1]), Signed("one", 1, [2]),
        Signed("largest", long.MaxValue, [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        Signed("smallest", long.MinValue, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
    ];

    static Vector Number(string name, ulong value, byte[] bytes) =>
        Bytes($"varint/{name}", "varint", Success, "1-varint", "A number.", bytes, $"{value}\n");

    static Vector Signed(string name, long value, byte[] bytes) =>
        Bytes($"svarint/{name}", "svarint", Success, "1-varint", "A signed number, in zigzag form.", bytes,
            $"{value}\n");

    static IEnumerable<Vector> Paddings()
    {
        long[] lengths =
            [0, 1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 33, 100, 255, 256, 257, 1000, 4096, 4097, 65_537, 1_000_000,
                33_554_432,
                33_554_433, 268_435_455, (1L << 40) + 1];
        var content = string.Concat(lengths.Select(length => $"{length} {Padding.PaddedLength(length)}\n"));
        yield return Computed(
            "padding/lengths", "padding", "1-padding", "n and P(n).", content,
            ("lengths", string.Join(' ', lengths)));
    }

    static IEnumerable<Vector> Names() =>
    [
        Named("descriptor", "cairn.json", Success, "The descriptor.", "descriptor\n"),
        Named("pack", $"packs/{Hash[..2]}/{Hash}", Success, "A pack.", $"pack {Hash}\n"),
        Named("epoch", $"epochs/{Ulid}-{Hash}", Success, "An epoch.", $"epochs {Ulid} {Hash}\n"),
        Named("keys", $"keys/{Ulid}-{Hash}", Success, "A key slot or a roster.", $"keys {Ulid} {Hash}\n"),
        Named("ledger", $"ledgers/{Host}/{Ulid}-{Hash}", Success, "A ledger.", $"ledger {Host} {Ulid} {Hash}\n"),
        Named("snapshot", $"snapshots/{Host}/{Ulid}-{Hash}-{Hash}", Success, "A snapshot.",
            $"snapshot {Host} {Ulid} {Hash} {Hash}\n"),
        Named("upper-case-hash", $"keys/{Ulid}-{Hash.ToUpperInvariant()}", Name, "A hash in upper case is foreign."),
        Named("lower-case-ulid", $"keys/{Ulid.ToLowerInvariant()}-{Hash}", Name, "A ULID in lower case is foreign."),
        Named("ulid-beyond-128-bits", $"keys/8{Ulid[1..]}-{Hash}", Name, "26 letters that are more than 128 bits."),
        Named("ulid-with-letter-u", $"keys/{Ulid[..25]}U-{Hash}", Name, "U is no letter of Crockford's base32."),
        Named("hash-too-short", $"keys/{Ulid}-{Hash[1..]}", Name, "63 digits."),
        Named("suffix", $"keys/{Ulid}-{Hash}.tmp", Name, "Something follows the hash."),
        Named("pack-in-another-folder", $"packs/{(Hash[0] == '0' ? '1' : '0')}{Hash[1]}/{Hash}", Name,
            "The folder is not that of the first two digits."),
        Named("ledger-without-host", $"ledgers/{Ulid}-{Hash}", Name, "A ledger outside of a host's folder."),
        Named("snapshot-without-ledger", $"snapshots/{Host}/{Ulid}-{Hash}", Name, "A snapshot that names no ledger."),
        Named("unknown-folder", $"other/{Ulid}-{Hash}", Name, "No folder of a repository."),
    ];

    static Vector Named(string scenario, string name, string expect, string comment, string content = "") => new()
    {
        Scenario = $"name/{scenario}", Decoder = "name", Expect = expect, Rules = ["5-names"], Comment = comment,
            Name = name,
        Content = content,
    };
}
