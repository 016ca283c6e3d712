using System.Text;
using Cairn.Engine.Formats;
using Cairn.Vectors.Scenarios;

namespace Cairn.Vectors;

/// <summary>The pack of docs/format.md section 18, field by field.</summary>
static class WorkedExample
{
    const string Scenario = "pack-worked-example/pack";

    public static Vector Vector()
    {
        var vector = Vectors.Scenario.Pack(
            Scenario, Vectors.Vector.Success, "18-example 7-layout 7-table",
                "The worked example: see README.md beside it.",
            PackScenarios.Model);
        var maker = PackScenarios.Model(new Kit(Scenario));
        var (table, _) = PackScenarios.Describe(maker, vector);
        return vector with
        {
            Content = Show.Table(table) + string.Concat(maker.Blobs.Select((blob, i) => Show.Blob(i, blob.Plain))),
        };
    }

    public static string Readme()
    {
        var maker = PackScenarios.Model(new Kit(Scenario));
        var parts = maker.Make();
        var text = new StringBuilder();
        text.Append("""
            # A pack, byte by byte

            `pack.txt` is this pack as a vector. It is the example of docs/format.md section 18: a data pack with two
            blobs, one stored as it is ("hello, cairn" and a line feed) and one compressed (a thousand times the letter
            a). The content key is what the sealed box holds; with the keys of `pack.txt` everything here can be
            computed again.


            """);
        text.Append($"Content key: `{parts.Keys[0].Hex()}`\n\n");
        text.Append("| offset | bytes | field | meaning |\n|---|---|---|---|\n");
        var at = 0;
        void Row(ReadOnlySpan<byte> bytes, string field, string meaning)
        {
            var hex = Convert.ToHexStringLower(bytes);
            var shown = hex.Length <= 128 ? hex : $"{hex[..64]} … {hex[^16..]}";
            text.Append($"| {at} | `{shown}` | {field} | {meaning} |\n");
            at += bytes.Length;
        }
        AppendHeader(parts.Header, Row);
        Row(parts.Blobs[0], "blob 0", "AEAD(content key, 0, …), 13 bytes of content and the tag");
        Row(parts.Blobs[1], "blob 1",
            $"AEAD(content key, 1, …), a frame of {maker.Blobs[1].Frame!.Length} bytes and the tag");
        Row(parts.Padding, "padding", $"{parts.Padding.Length} random bytes, so that the pack has 4,096");
        Row(parts.Table, "table", $"AEAD, {parts.Table.Length} bytes with the tag");
        AppendTrailer(parts.Trailer, Row);
        AppendTableText(text, parts.TableText, maker);
        text.Append($"\nThe frame of blob 1: `{maker.Blobs[1].Frame!.Hex()}`: magic, frame header descriptor `60`\n");
        text.Append("(single segment and content size in two bytes), 1,000 − 256, then one last block of type 1,\n");
        text.Append("\"the byte `61`, 1,000 times\".\n");
        return text.ToString();
    }

    delegate void RowWriter(ReadOnlySpan<byte> bytes, string field, string meaning);

    static void AppendHeader(byte[] header, RowWriter row)
    {
        row(header.AsSpan(0, 5), "magic", "\"CAIRN\"");
        row(header.AsSpan(5, 1), "format", "1");
        row(header.AsSpan(6, 1), "type", "1, a pack");
        row(header.AsSpan(7, 1), "suite", "1");
        row(header.AsSpan(8, 2), "domain", "0");
        row(header.AsSpan(10, 2), "reserved", "0");
        row(header.AsSpan(12, 1), "kind of pack", "1, data");
        row(header.AsSpan(13, 1), "reserved", "0");
        row(header.AsSpan(14, 2), "number of keys", "1");
        row(header.AsSpan(16, 32), "salt", "of the table's one-time key");
        row(header.AsSpan(48, 1), "suite of the key", "1");
        row(header.AsSpan(49, 4), "epoch of the key", "0");
        row(header.AsSpan(53, 80), "sealed box", "the content key, to the restore key of epoch 0");
    }

    static void AppendTrailer(byte[] trailer, RowWriter row)
    {
        row(trailer.AsSpan(0, 32), "content hash", "SHA-256 of all before the table");
        row(trailer.AsSpan(32, 64), "signature", "of the first author");
        row(trailer.AsSpan(96, 4), "t", "length of the table");
        row(trailer.AsSpan(100, 4), "magic", "\"CRNp\"");
    }

    static void AppendTableText(StringBuilder text, byte[] table, PackMaker maker)
    {
        text.Append("\nThe table text, decrypted:\n\n| bytes | field | meaning |\n|---|---|---|\n");
        var reader = new ByteReader(table);
        text.Append($"| `{Hex(reader.Bytes(2))}` | number of authors | 1 |\n");
        text.Append($"| `{Hex(reader.Bytes(16))}` | author | the host that stored and signed it |\n");
        text.Append($"| `{Hex(reader.Bytes(4))}` | number of rows | 2 |\n");
        text.Append($"| `{Hex(reader.Bytes(32))}` | row 0: blob id | HMAC-SHA-256 over `00` and the content |\n");
        text.Append($"| `{Hex(reader.Bytes(1))}` | flags | chunk, stored, not explicit |\n");
        text.Append($"| `{Hex(reader.Bytes(1))}` | stored length | 29 = 13 + 16 |\n");
        text.Append($"| `{Hex(reader.Bytes(32))}` | row 1: blob id | |\n");
        text.Append($"| `{Hex(reader.Bytes(1))}` | flags | chunk, zstd, not explicit |\n");
        text.Append($"| `{Hex(reader.Bytes(1))}` | stored length | {maker.Blobs[1].Frame!.Length} + 16 |\n");
        text.Append($"| `{Hex(reader.Bytes(2))}` | plain length | 1,000 |\n");
        text.Append($"| `{Hex(reader.Bytes(reader.Remaining))}` | zeros | to the length of the table |\n");
    }

    static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
