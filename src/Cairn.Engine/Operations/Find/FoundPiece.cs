using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;

namespace Cairn.Engine.Operations.Find;

/// <summary>An entry of a leaf piece that matches.</summary>
readonly record struct FoundEntry(ManifestKey Key, Entry Entry);

/// <summary>A piece that was read: the rows of an upper one, or what matches of a leaf.</summary>
sealed record FoundPiece(int Length, UpperRow[] Rows, IReadOnlyList<FoundEntry> Entries, LeafSummary Summary)
{
    public static FoundPiece OfUpper(ReadOnlyMemory<byte> piece, int level) =>
        new(piece.Length, UpperPiece.Decode(piece, level), [], default);

    /// <summary>Looks through the records, and makes entries of those alone that match.</summary>
    public static FoundPiece OfLeaf(ReadOnlyMemory<byte> piece, FindOptions options)
    {
        var found = new List<FoundEntry>();
        var summary = default(LeafSummary);
        var cursor = new LeafCursor(piece.Span);
        LeafRecord record;
        while ((record = cursor.Read()) != LeafRecord.End)
        {
            if (record == LeafRecord.Block)
                continue;
            summary = summary.With(cursor, piece);
            if (!options.Range.Contains(cursor.Class, cursor.Path, cursor.Entry.Name)
                || !options.Matches(cursor.Class, cursor.Path, cursor.Entry))
                continue;
            var entry = EntryCodec.ToEntry(cursor.Entry, piece, cursor.Owners[cursor.Entry.Owner]);
            found.Add(new FoundEntry(summary.Last, entry));
        }
        return new FoundPiece(piece.Length, [], found, summary);
    }
}
