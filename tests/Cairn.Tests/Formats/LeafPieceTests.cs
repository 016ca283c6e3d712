using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Testing;
using Cairn.Tests.Manifests;

namespace Cairn.Tests.Formats;

public class LeafPieceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Entries_come_back_as_they_were_and_encode_to_the_same_bytes(int seed)
    {
        var tree = new RandomTrees(new SeededRandom((ulong)seed)).Tree(2000);
        var piece = Encode(tree);
        var decoded = LeafPiece.Decode(piece);
        var back = decoded.Blocks
            .SelectMany(b => b.Entries.ToArray().Select(e => new Placed(b.Class, b.Path.ToArray(), e)));
        Assert.Equal(tree.Select(Same.Text), back.Select(Same.Text));
        Assert.Equal(tree.Count, decoded.EntryCount);
        Assert.Equal((ulong)tree.Sum(p => p.Entry.Size), decoded.ContentBytes);
        Assert.Equal(piece, Encode(RandomTrees.Sorted(back)));
    }

    [Fact]
    public void Every_byte_changed_or_cut_is_refused_or_is_another_piece_in_canonical_form()
    {
        var piece = Encode(new RandomTrees(new SeededRandom(7)).Tree(12));
        for (var i = 0; i < piece.Length; i++)
        {
            AssertRefusedOrCanonical(piece[..i]);
            for (var bit = 0; bit < 8; bit++)
            {
                var bent = (byte[])piece.Clone();
                bent[i] ^= (byte)(1 << bit);
                AssertRefusedOrCanonical(bent);
            }
        }
    }

    [Fact]
    public void An_empty_piece_has_no_owners_and_no_records()
    {
        Assert.Equal(new byte[] { 0, 0 }, new LeafPieceEncoder().Finish().ToArray());
        Assert.Equal(0, LeafPiece.Decode(new byte[] { 0, 0 }).EntryCount);
    }

    [Fact]
    public void A_record_copied_into_another_piece_is_the_record_made_there()
    {
        var tree = new RandomTrees(new SeededRandom(9)).Tree(300);
        var piece = Encode(tree);
        var encoder = new LeafPieceEncoder();
        var cursor = new LeafCursor(piece);
        LeafRecord record;
        while ((record = cursor.Read()) != LeafRecord.End)
        {
            if (record == LeafRecord.Block)
                encoder.BeginBlock(cursor.Class, cursor.Path, cursor.IsContinued);
            else
                encoder.Add(cursor.Entry, cursor.Owners[cursor.Entry.Owner]);
        }
        Assert.Equal(piece, encoder.Finish().ToArray());
    }

    [Fact]
    public void Names_of_decoded_entries_are_parts_of_the_piece()
    {
        var piece = Encode(new RandomTrees(new SeededRandom(3)).Tree(50));
        var entry = LeafPiece.Decode(piece).Blocks[0].Entries.Span[0];
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(entry.Name, out var segment));
        Assert.Same(piece, segment.Array);
    }

    static void AssertRefusedOrCanonical(byte[] piece)
    {
        LeafPiece decoded;
        try
        {
            decoded = LeafPiece.Decode(piece);
        }
        catch (FormatViolationException violation)
        {
            Assert.Equal(FailureKind.Framing, violation.Kind);
            return;
        }
        var encoder = new LeafPieceEncoder();
        foreach (var block in decoded.Blocks)
        {
            encoder.BeginBlock(block.Class, block.Path.Span, block.IsContinued);
            foreach (var entry in block.Entries.Span)
                encoder.Add(entry);
        }
        Assert.Equal(piece, encoder.Finish().ToArray());
    }

    internal static byte[] Encode(List<Placed> tree)
    {
        var encoder = new LeafPieceEncoder();
        Placed? former = null;
        foreach (var placed in tree)
        {
            if (former is null || former.Class != placed.Class
                || !former.Directory.AsSpan().SequenceEqual(placed.Directory))
                encoder.BeginBlock(placed.Class, placed.Directory, isContinued: false);
            encoder.Add(placed.Entry);
            former = placed;
        }
        return encoder.Finish().ToArray();
    }
}
