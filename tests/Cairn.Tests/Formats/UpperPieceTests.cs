using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Primitives;

namespace Cairn.Tests.Formats;

public class UpperPieceTests
{
    static readonly BlobId Id = new(new byte[32]);

    [Fact]
    public void Rows_come_back_as_they_were()
    {
        var piece = Piece(3, Row("", "a", 5), Row("a", "b", 1), Row("a/b", "b", 7), Row("a.b", "a", 2));
        var rows = UpperPiece.Decode(piece, 3);
        Assert.Equal([5UL, 1UL, 7UL, 2UL], rows.Select(r => r.Entries));
        Assert.Equal("a/b"u8.ToArray(), rows[2].First.Path.ToArray());
        Assert.Equal("b"u8.ToArray(), rows[2].First.Name.ToArray());
        Assert.All(rows, row => Assert.Equal(9UL, row.ContentBytes));
    }

    [Fact] public void Another_level() => Refused(Piece(2, Row("", "a")), level: 1);
    [Fact] public void No_rows() => Refused([1, 0]);
    [Fact] public void A_byte_left_over() => Refused([.. Piece(1, Row("", "a")), 0]);
    [Fact] public void A_row_cut_off() => Refused(Piece(1, Row("", "a"), Row("", "b"))[..^1]);
    [Fact] public void More_rows_than_bytes() => Refused([1, 50, .. Row("", "a")]);
    [Fact] public void Rows_out_of_order() => Refused(Piece(1, Row("", "b"), Row("", "a")));
    [Fact] public void The_same_row_twice() => Refused(Piece(1, Row("", "a"), Row("", "a")));
    [Fact] public void Paths_ordered_as_strings() => Refused(Piece(1, Row("a.b", "a"), Row("a/b", "a")));
    [Fact] public void A_row_without_entries() => Refused(Piece(1, Row("", "a", entries: 0)));
    [Fact] public void A_row_without_a_name() => Refused(Piece(1, Row("", "")));
    [Fact] public void A_row_with_a_slash_in_its_name() => Refused(Piece(1, Row("", "a/b")));
    [Fact] public void A_row_whose_path_is_none() => Refused(Piece(1, Row("a/", "b")));
    [Fact] public void A_row_of_an_unknown_class() => Refused(Piece(1, Row("", "b", @class: 2)));

    [Fact]
    public void Extent_lists_come_back_as_they_were()
    {
        Extent[] extents = [new(5, Id), new(1L << 40, null), new(6, Id)];
        var writer = new PieceWriter();
        ExtentList.Encode(writer, 0, extents);
        Assert.Equal(extents, ExtentList.Decode(writer.Written, 0));
    }

    [Fact] public void A_list_of_another_level() => RefusedList([1, 1, 10, .. Id.AsSpan()], level: 0);
    [Fact] public void A_list_of_nothing() => RefusedList([0, 0]);
    [Fact] public void A_hole_in_a_list_of_lists() => RefusedList([1, 1, 11], level: 1);
    [Fact] public void A_byte_left_over_behind_a_list() => RefusedList([0, 1, 10, .. Id.AsSpan(), 0]);
    [Fact] public void More_extents_than_bytes() => RefusedList([0, 50, 11]);
    [Fact] public void More_extents_than_a_list_may_have() =>
        RefusedList([0, 0x81, 0x20, .. Enumerable.Repeat((byte)3, 4097)]);
    [Fact] public void An_empty_extent() => RefusedList([0, 1, 1]);

    static void Refused(byte[] piece, int level = 1)
    {
        var violation = Assert.Throws<FormatViolationException>(() => UpperPiece.Decode(piece, level));
        Assert.Equal(FailureKind.Framing, violation.Kind);
    }

    static void RefusedList(byte[] list, int level = 0)
    {
        var violation = Assert.Throws<FormatViolationException>(() => ExtentList.Decode(list, level));
        Assert.Equal(FailureKind.Framing, violation.Kind);
    }

    static byte[] Piece(byte level, params byte[][] rows) => [level, (byte)rows.Length, .. rows.SelectMany(r => r)];

    static byte[] Row(string path, string name, ulong entries = 3, byte @class = 0)
    {
        var writer = new PieceWriter();
        writer.Byte(@class);
        writer.Bytes(System.Text.Encoding.ASCII.GetBytes(path));
        writer.Bytes(System.Text.Encoding.ASCII.GetBytes(name));
        writer.Id(Id);
        writer.Varint(entries);
        writer.Varint(9);
        return writer.Written.ToArray();
    }
}
