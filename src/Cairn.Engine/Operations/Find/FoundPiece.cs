using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;

namespace Cairn.Engine.Operations.Find;

/// <summary>An entry of a leaf piece that matches.</summary>
/// <param name="BeforeOwner">Its record before and behind the number of its owner, which differs from piece to
/// piece.</param>
sealed record FoundEntry(
    ManifestKey Key, Entry Entry, ReadOnlyMemory<byte> BeforeOwner, ReadOnlyMemory<byte> AfterOwner)
{
    public bool Is(scoped in EntryRecord record, Owner owner) =>
        BeforeOwner.Span.SequenceEqual(record.BeforeOwner) && AfterOwner.Span.SequenceEqual(record.AfterOwner)
        && Entry.Owner.Equals(owner);
}

/// <summary>A piece that was read: the rows of an upper one, or what matches of a leaf.</summary>
sealed record FoundPiece(int Length, UpperRow[] Rows, IReadOnlyList<FoundEntry> Entries, LeafSummary Summary)
{
    public static FoundPiece OfUpper(ReadOnlyMemory<byte> piece, int level) =>
        new(piece.Length, UpperPiece.Decode(piece, level), [], default);

    /// <summary>Looks through the records, and makes entries of those alone that match.</summary>
    /// <param name="former">
    /// A leaf that was read before. Snapshots have mostly the same entries in the same place, and what they have is
    /// made once.
    /// </param>
    public static FoundPiece OfLeaf(ReadOnlyMemory<byte> piece, FindOptions options, FoundPiece? former)
    {
        var found = new List<FoundEntry>();
        var summary = new LeafSummary.Builder(piece);
        var known = new KnownEntries(former?.Entries ?? []);
        var cursor = new LeafCursor(piece.Span);
        LeafRecord record;
        while ((record = cursor.Read()) != LeafRecord.End)
        {
            if (record == LeafRecord.Block)
                continue;
            summary.Add(cursor);
            if (!options.Range.Contains(cursor.Class, cursor.Path, cursor.Entry.Name)
                || !options.Matches(cursor.Class, cursor.Path, cursor.Entry))
                continue;
            var owner = cursor.Owners[cursor.Entry.Owner];
            found.Add(known.Find(cursor, owner) ?? new FoundEntry(
                LeafSummary.KeyOf(cursor, piece), EntryCodec.ToEntry(cursor.Entry, piece, owner),
                EntryCodec.MemoryOf(cursor.Entry.BeforeOwner, piece),
                EntryCodec.MemoryOf(cursor.Entry.AfterOwner, piece)));
        }
        return new FoundPiece(piece.Length, [], found, summary.Build(cursor));
    }

    /// <summary>Those of another leaf, asked for in their order.</summary>
    ref struct KnownEntries(IReadOnlyList<FoundEntry> entries)
    {
        int _next;
        bool _hasBegun;

        public FoundEntry? Find(scoped in LeafCursor cursor, Owner owner)
        {
            if (!_hasBegun)
                Begin(cursor);
            for (; _next < entries.Count; _next++)
            {
                var order = entries[_next].Key.CompareTo(cursor.Class, cursor.Path, cursor.Entry.Name);
                if (order > 0)
                    return null;
                if (order == 0)
                    return entries[_next].Is(cursor.Entry, owner) ? entries[_next++] : null;
            }
            return null;
        }

        // The other leaf may have begun long before.
        void Begin(scoped in LeafCursor cursor)
        {
            _hasBegun = true;
            var end = entries.Count;
            while (_next < end)
            {
                var middle = (_next + end) / 2;
                if (entries[middle].Key.CompareTo(cursor.Class, cursor.Path, cursor.Entry.Name) < 0)
                    _next = middle + 1;
                else
                    end = middle;
            }
        }
    }
}
