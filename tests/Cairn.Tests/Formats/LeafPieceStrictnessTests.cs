using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Primitives;

namespace Cairn.Tests.Formats;

/// <summary>One refusal each: a piece that is right but for one rule.</summary>
public class LeafPieceStrictnessTests
{
    static readonly BlobId Id = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    [Fact]
    public void The_pieces_the_refusals_are_made_from_are_right()
    {
        Assert.Equal(1, LeafPiece.Decode(Piece(1, Block(), Fifo("a"))).EntryCount);
        Assert.Equal(1, LeafPiece.Decode(Piece(1, Block(continued: 1), Fifo("a"))).EntryCount);
        Assert.Equal(2, LeafPiece.Decode(Piece(2, Block(), Fifo("a"), Fifo("b", owner: 1))).EntryCount);
        Assert.Equal(2, LeafPiece.Decode(Piece(1, Block(), Fifo("a"), Block("a/b"), Fifo("b"))).EntryCount);
        Assert.Equal(5UL, LeafPiece.Decode(Piece(1, Block(), File(5, 0, Chunk(2), Hole(3)))).ContentBytes);
        Assert.Equal(5UL, LeafPiece.Decode(Piece(1, Block(), File(5, 8, Chunk(5)))).ContentBytes);
        Assert.Equal(1, LeafPiece.Decode(Piece(1, Block(), Optional(16, w => Attribute(w, "a", "b")))).EntryCount);
        Assert.Equal(1, LeafPiece.Decode(Piece(1, Block(), Link("x"))).EntryCount);
        Assert.Equal(1, LeafPiece.Decode(Piece(1, Block("", 1), Stream("x"))).EntryCount);
        var extreme = Fifo("a", mode: 0xFFF, nanoseconds: 999_999_999);
        Assert.Equal(1, LeafPiece.Decode(Piece(1, Block(), extreme)).EntryCount);
    }

    [Fact] public void Another_level() => Refused([1, 0]);
    [Fact] public void No_bytes() => Refused([]);
    [Fact] public void A_byte_left_over() => Refused([0, 0, 0]);
    [Fact] public void A_longer_varint() => Refused([0, 0x80, 0]);
    [Fact] public void More_owners_than_bytes() => Refused([0, 0xFF, 0xFF, 0x3F]);
    [Fact] public void An_entry_without_a_block() => Refused(Piece(1, Fifo("a")));
    [Fact] public void A_block_without_entries() => Refused(Piece(0, Block()));
    [Fact] public void A_block_without_entries_before_another() => Refused(Piece(1, Block(), Block("a"), Fifo("a")));
    [Fact] public void A_later_block_that_continues() =>
        Refused(Piece(1, Block(), Fifo("a"), Block("a", 0, 1), Fifo("b")));
    [Fact] public void A_continuation_that_is_neither_0_nor_1() => Refused(Piece(1, Block(continued: 2), Fifo("a")));
    [Fact] public void The_same_block_twice() => Refused(Piece(1, Block(), Fifo("a"), Block(), Fifo("b")));
    [Fact] public void Blocks_out_of_order() => Refused(Piece(1, Block("a.b"), Fifo("a"), Block("a/b"), Fifo("b")));
    [Fact] public void Classes_out_of_order() => Refused(Piece(1, Block("", 1), Stream("a"), Block("b"), Fifo("b")));
    [Fact] public void An_unknown_class() => Refused(Piece(1, Block("", 2), Fifo("a")));
    [Fact] public void A_directory_of_streams() => Refused(Piece(1, Block("a", 1), Stream("a")));
    [Fact] public void A_stream_among_files() => Refused(Piece(1, Block(), Stream("a")));
    [Fact] public void A_file_among_streams() => Refused(Piece(1, Block("", 1), Fifo("a")));
    [Fact] public void An_unknown_kind() => Refused(Piece(1, Block(), Entry(8, "a")));
    [Fact] public void An_unknown_field() => Refused(Piece(1, Block(), Entry(4, "a", fields: 64)));
    [Fact] public void A_mode_of_thirteen_bits() => Refused(Piece(1, Block(), Fifo("a", mode: 0x1000)));
    [Fact] public void A_whole_second_of_nanoseconds() =>
        Refused(Piece(1, Block(), Fifo("a", nanoseconds: 1_000_000_000)));

    [Theory]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData(".")]
    [InlineData("a/.")]
    [InlineData("a\0b")]
    public void A_path_that_is_none(string path) => Refused(Piece(1, Block(path), Fifo("a")));

    [Fact] public void A_path_longer_than_allowed() =>
        Refused(Piece(1, Block(string.Join('/', Enumerable.Repeat("abc", (1 << 18) + 1))), Fifo("a")));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0")]
    public void A_name_that_is_none(string name) => Refused(Piece(1, Block(), Fifo(name)));

    [Fact] public void A_name_longer_than_allowed() => Refused(Piece(1, Block(), Fifo(new string('a', 65_536))));
    [Fact] public void Entries_out_of_order() => Refused(Piece(1, Block(), Fifo("b"), Fifo("a")));
    [Fact] public void The_same_name_twice() => Refused(Piece(1, Block(), Fifo("a"), Fifo("a")));
    [Fact] public void An_owner_not_in_the_table() => Refused(Piece(1, Block(), Fifo("a"), Fifo("b", owner: 1)));
    [Fact] public void An_owner_not_used() => Refused(Piece(2, Block(), Fifo("a")));
    [Fact] public void Owners_not_in_order_of_use() => Refused(Piece(2, Block(), Fifo("a", owner: 1), Fifo("b")));
    [Fact] public void The_same_owner_twice() =>
        Refused([0, 2, 1, 1, 0, 0, 1, 1, 0, 0, .. Block(), .. Fifo("a"), .. Fifo("b", owner: 1)]);
    [Fact] public void An_owner_above_32_bits() =>
        Refused([0, 1, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 0, 0, .. Block(), .. Fifo("a")]);
    [Fact] public void An_owner_name_that_is_not_utf8() => Refused([0, 1, 0, 0, 1, 0xFF, 0, .. Block(), .. Fifo("a")]);

    [Fact] public void Marks_of_none() => Refused(Piece(1, Block(), Optional(1, w => w.Varint(0))));
    [Fact] public void An_unknown_mark() => Refused(Piece(1, Block(), Optional(1, w => w.Varint(32))));
    [Fact] public void A_creation_time_of_zero() => Refused(Piece(1, Block(), Optional(2, w => w.Raw([0, 0]))));
    [Fact] public void A_hard_link_group_of_zero() => Refused(Piece(1, Block(), Optional(4, w => w.Varint(0))));
    [Fact] public void Inode_flags_of_zero() => Refused(Piece(1, Block(), Optional(8, w => w.Varint(0))));
    [Fact] public void Inode_flags_above_32_bits() => Refused(Piece(1, Block(), Optional(8, w => w.Varint(1UL << 32))));
    [Fact] public void No_attributes() => Refused(Piece(1, Block(), Optional(16, w => w.Varint(0))));
    [Fact] public void An_empty_command() => Refused(Piece(1, Block("", 1), Stream("x", 32, w => w.Varint(0))));
    [Fact] public void A_command_not_in_utf8() =>
        Refused(Piece(1, Block("", 1), Stream("x", 32, w => w.Bytes([0xC0]))));
    [Fact] public void Attributes_out_of_order() =>
        Refused(Piece(1, Block(), Optional(16, w => Attribute(w, "b", "x", "a", "x"))));
    [Fact] public void The_same_attribute_twice() =>
        Refused(Piece(1, Block(), Optional(16, w => Attribute(w, "a", "x", "a", "x"))));
    [Fact] public void An_attribute_without_a_name() =>
        Refused(Piece(1, Block(), Optional(16, w => Attribute(w, "", "x"))));
    [Fact] public void An_attribute_named_with_a_zero() =>
        Refused(Piece(1, Block(), Optional(16, w => Attribute(w, "a\0", "x"))));
    [Fact] public void An_inline_value_too_long() =>
        Refused(Piece(1, Block(), Optional(16, w => Attribute(w, "a", new string('x', 65_536)))));
    [Fact] public void An_unknown_sort_of_value() =>
        Refused(Piece(1, Block(), Optional(16, w => w.Raw([1, 1, (byte)'a', 2, 0]))));
    [Fact] public void An_empty_value_in_a_blob() => Refused(Piece(1, Block(), Optional(16, w => Stored(w, 0))));
    [Fact] public void A_value_larger_than_a_blob() =>
        Refused(Piece(1, Block(), Optional(16, w => Stored(w, (16 << 20) + 1))));
    [Fact] public void More_attributes_than_bytes() => Refused(Piece(1, Block(), Optional(16, w => w.Varint(60_000))));

    [Fact] public void A_link_without_a_target() => Refused(Piece(1, Block(), Link("")));
    [Fact] public void A_link_with_a_zero_in_its_target() => Refused(Piece(1, Block(), Link("a\0")));
    [Fact] public void A_target_too_long() => Refused(Piece(1, Block(), Link(new string('a', 65_536))));
    [Fact] public void A_device_number_above_32_bits() =>
        Refused(Piece(1, Block(), Entry(5, "a", w => w.Raw([0x80, 0x80, 0x80, 0x80, 0x10, 0]))));

    [Fact] public void Extents_shorter_than_the_size() => Refused(Piece(1, Block(), File(6, 0, Chunk(5))));
    [Fact] public void Extents_longer_than_the_size() => Refused(Piece(1, Block(), File(4, 0, Chunk(5))));
    [Fact] public void An_empty_chunk() => Refused(Piece(1, Block(), File(5, 0, Chunk(0), Chunk(5))));
    [Fact] public void An_empty_hole() => Refused(Piece(1, Block(), File(5, 0, Hole(0), Chunk(5))));
    [Fact] public void A_chunk_larger_than_a_blob() =>
        Refused(Piece(1, Block(), File((16 << 20) + 1, 0, Chunk((16 << 20) + 1))));
    [Fact] public void A_hole_where_a_list_belongs() => Refused(Piece(1, Block(), File(5, 1, Hole(5))));
    [Fact] public void Lists_of_an_empty_file() => Refused(Piece(1, Block(), File(0, 1)));
    [Fact] public void Nine_levels_of_lists() => Refused(Piece(1, Block(), File(5, 9, Chunk(5))));
    [Fact] public void More_extents_than_an_entry_may_have() =>
        Refused(Piece(1, Block(), File(1025, 0, [.. Enumerable.Repeat(Hole(1), 1025)])));
    [Fact] public void A_file_longer_than_allowed() => Refused(Piece(1, Block(), File(1UL << 62, 0, Hole(1UL << 62))));
    [Fact] public void Holes_that_overflow() =>
        Refused(Piece(1, Block(), File(0, 0, [.. Enumerable.Repeat(Hole((1UL << 62) - 1), 5)])));

    [Fact]
    public void A_piece_longer_than_a_blob() => Refused(new byte[ManifestLimits.PieceBytes + 1]);

    static void Refused(byte[] piece)
    {
        var violation = Assert.Throws<FormatViolationException>(() => LeafPiece.Decode(piece));
        Assert.Equal(FailureKind.Framing, violation.Kind);
    }

    static byte[] Piece(int owners, params byte[][] records)
    {
        var writer = new PieceWriter();
        writer.Byte(0);
        writer.Varint((ulong)owners);
        for (var i = 0; i < owners; i++)
            writer.Raw([(byte)i, 7, 0, 0]);
        foreach (var record in records)
            writer.Raw(record);
        return writer.Written.ToArray();
    }

    static byte[] Block(string path = "", byte @class = 0, byte continued = 0) => Written(w =>
    {
        w.Raw([0, @class, continued]);
        w.Bytes(System.Text.Encoding.Latin1.GetBytes(path));
    });

    static byte[] Entry(
        byte kind, string name, Action<PieceWriter>? rest = null, ulong fields = 0, ulong mode = 0, ulong owner = 0,
        ulong nanoseconds = 0) => Written(w =>
    {
        w.Byte(kind);
        w.Bytes(System.Text.Encoding.Latin1.GetBytes(name));
        w.Varint(fields);
        w.Varint(mode);
        w.Varint(owner);
        w.SignedVarint(-1);
        w.Varint(nanoseconds);
        rest?.Invoke(w);
    });

    static byte[] Fifo(string name, ulong mode = 0, ulong owner = 0, ulong nanoseconds = 0) =>
        Entry(4, name, null, 0, mode, owner, nanoseconds);

    static byte[] Optional(ulong fields, Action<PieceWriter> rest) => Entry(4, "a", rest, fields);

    static byte[] Link(string target) => Entry(3, "a", w => w.Bytes(System.Text.Encoding.Latin1.GetBytes(target)));

    static byte[] Stream(string name, ulong fields = 0, Action<PieceWriter>? optional = null) =>
        Entry(7, name, w => { optional?.Invoke(w); w.Raw([0, 0, 0]); }, fields);

    static byte[] File(ulong size, ulong depth, params byte[][] extents) => Entry(1, "a", w =>
    {
        w.Varint(size);
        w.Varint(depth);
        w.Varint((ulong)extents.Length);
        foreach (var extent in extents)
            w.Raw(extent);
    });

    static byte[] Chunk(ulong length) => Written(w => { w.Varint(length << 1); w.Id(Id); });

    static byte[] Hole(ulong length) => Written(w => w.Varint(length << 1 | 1));

    static void Attribute(PieceWriter writer, params string[] namesAndValues)
    {
        writer.Varint((ulong)namesAndValues.Length / 2);
        for (var i = 0; i < namesAndValues.Length; i += 2)
        {
            writer.Bytes(System.Text.Encoding.Latin1.GetBytes(namesAndValues[i]));
            writer.Varint(0);
            writer.Bytes(System.Text.Encoding.Latin1.GetBytes(namesAndValues[i + 1]));
        }
    }

    static void Stored(PieceWriter writer, ulong length)
    {
        writer.Raw([1, 1, (byte)'a', 1]);
        writer.Varint(length);
        writer.Id(Id);
    }

    static byte[] Written(Action<PieceWriter> write)
    {
        var writer = new PieceWriter();
        write(writer);
        return writer.Written.ToArray();
    }
}
