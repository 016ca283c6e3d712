using Cairn.Engine.Entries;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>Entries of one directory, or the part of them that lies in one piece.</summary>
/// <param name="IsContinued">The directory's block began in an earlier piece.</param>
public readonly record struct LeafBlock(
    byte Class, ReadOnlyMemory<byte> Path, bool IsContinued, ReadOnlyMemory<Entry> Entries);

/// <summary>
/// A decoded leaf piece. Its entries share the memory it was decoded from, which must not change any more.
/// </summary>
public sealed class LeafPiece
{
    LeafPiece(LeafBlock[] blocks, int entryCount, ulong contentBytes)
    {
        Blocks = blocks;
        EntryCount = entryCount;
        ContentBytes = contentBytes;
    }

    public IReadOnlyList<LeafBlock> Blocks { get; }
    public int EntryCount { get; }

    /// <summary>Bytes of the files and streams in it; sums stop at 2^64 − 1.</summary>
    public ulong ContentBytes { get; }

    public LeafSummary Summary => EntryCount == 0
        ? default
        : new LeafSummary(
            new ManifestKey(Blocks[0].Class, Blocks[0].Path, Blocks[0].Entries.Span[0].Name),
            new ManifestKey(Blocks[^1].Class, Blocks[^1].Path, Blocks[^1].Entries.Span[^1].Name),
            Blocks[0].IsContinued, (ulong)EntryCount, ContentBytes);

    public static LeafPiece Decode(ReadOnlyMemory<byte> piece)
    {
        var cursor = new LeafCursor(piece.Span);
        var entries = new Entry[64];
        var blocks = new List<(byte Class, ReadOnlyMemory<byte> Path, bool IsContinued, int Start)>();
        var count = 0;
        var bytes = 0UL;
        while (true)
        {
            var record = cursor.Read();
            if (record == LeafRecord.End)
                break;
            if (record == LeafRecord.Block)
            {
                blocks.Add((cursor.Class, EntryCodec.MemoryOf(cursor.Path, piece), cursor.IsContinued, count));
                continue;
            }
            if (count == entries.Length)
                Array.Resize(ref entries, count * 2);
            entries[count++] = EntryCodec.ToEntry(cursor.Entry, piece, cursor.Owners[cursor.Entry.Owner]);
            bytes = Sums.Add(bytes, cursor.Entry.ContentBytes);
        }
        var views = new LeafBlock[blocks.Count];
        for (var i = 0; i < views.Length; i++)
        {
            var (@class, path, isContinued, start) = blocks[i];
            var end = i + 1 < views.Length ? blocks[i + 1].Start : count;
            views[i] = new LeafBlock(@class, path, isContinued, entries.AsMemory(start, end - start));
        }
        return new LeafPiece(views, count, bytes);
    }
}
