using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>
/// A piece as what points to it describes it, and the checks that the piece is that. The snapshot tells of the root
/// only id and level; a row tells the rest.
/// </summary>
sealed record PieceNode(BlobId Id, int Level)
{
    public UpperRow? Row { get; init; }

    /// <summary>The first entry behind the piece: all of its own come before.</summary>
    public ManifestKey? Next { get; init; }

    /// <summary>No entry of the manifest comes before this piece.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Upper pieces that were read to get here and not to get to the node before: each is told once.</summary>
    public IReadOnlyList<BlobReference> Opened { get; init; } = [];

    public static PieceNode OfRoot(BlobId id, int level)
    {
        if (level is < 0 or >= ManifestLimits.Levels)
            throw new FormatViolationException(FailureKind.Framing, $"a manifest has no root of level {level}");
        return new PieceNode(id, level) { IsFirst = true };
    }

    public IEnumerable<PieceNode> Children(UpperRow[] rows, int length)
    {
        IReadOnlyList<BlobReference> opened = [.. Opened, new BlobReference(BlobKind.Manifest, Id, length)];
        for (var i = 0; i < rows.Length; i++)
        {
            yield return new PieceNode(rows[i].Id, Level - 1)
            {
                Row = rows[i],
                Next = i + 1 < rows.Length ? rows[i + 1].First : Next,
                IsFirst = IsFirst && i == 0,
                Opened = i == 0 ? opened : [],
            };
        }
    }

    public void Check(UpperRow[] rows)
    {
        var entries = 0UL;
        var bytes = 0UL;
        foreach (ref readonly var row in rows.AsSpan())
        {
            entries = Sums.Add(entries, row.Entries);
            bytes = Sums.Add(bytes, row.ContentBytes);
        }
        Check(rows[0].First, rows[^1].First, entries, bytes);
    }

    /// <param name="former">The leaf before it if that was read too; they must fit together.</param>
    public void Check(in LeafSummary leaf, in LeafSummary? former)
    {
        if (leaf.Entries == 0)
        {
            Require(Row is null, "a piece below another has no entries");
            return;
        }
        Require(!IsFirst || !leaf.IsContinued, "the first block of a manifest continues another");
        Check(leaf.First, leaf.Last, leaf.Entries, leaf.ContentBytes);
        if (former is not { } before)
            return;
        var isSame = before.Last.Class == leaf.First.Class && before.Last.Path.Span.SequenceEqual(leaf.First.Path.Span);
        Require(isSame == leaf.IsContinued, "a piece does not continue the one before as it says");
    }

    void Check(in ManifestKey first, in ManifestKey last, ulong entries, ulong bytes)
    {
        if (Row is { } row)
        {
            Require(first.CompareTo(row.First) == 0, "a piece begins with another entry than the row above it says");
            Require(entries == row.Entries, "a piece has not as many entries as the row above it says");
            Require(bytes == row.ContentBytes, "a piece has not as many bytes as the row above it says");
        }
        if (Next is { } next)
            Require(last.CompareTo(next) < 0, "a piece reaches into the one behind it");
    }

    static void Require(bool condition, string what)
    {
        if (!condition)
            throw new FormatViolationException(FailureKind.Content, what);
    }
}
