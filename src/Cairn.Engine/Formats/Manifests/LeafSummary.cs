namespace Cairn.Engine.Formats.Manifests;

/// <summary>What a leaf piece shows of itself to what stands above it and beside it.</summary>
/// <param name="IsContinued">Its first block began in an earlier piece.</param>
/// <param name="ContentBytes">Bytes of the files and streams in it; sums stop at 2^64 − 1.</param>
public readonly record struct LeafSummary(
    ManifestKey First, ManifestKey Last, bool IsContinued, ulong Entries, ulong ContentBytes)
{
    /// <summary>With the entry that the cursor is at, whose piece that is.</summary>
    internal LeafSummary With(scoped in LeafCursor cursor, ReadOnlyMemory<byte> piece)
    {
        var last = new ManifestKey(
            cursor.Class, EntryCodec.MemoryOf(cursor.Path, piece), EntryCodec.MemoryOf(cursor.Entry.Name, piece));
        return new LeafSummary(
            Entries == 0 ? last : First,
            last,
            Entries == 0 ? cursor.IsContinued : IsContinued,
            Entries + 1,
            Sums.Add(ContentBytes, cursor.Entry.ContentBytes));
    }
}
