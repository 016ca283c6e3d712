namespace Cairn.Engine.Formats.Manifests;

/// <summary>What a leaf piece shows of itself to what stands above it and beside it.</summary>
/// <param name="IsContinued">Its first block began in an earlier piece.</param>
/// <param name="ContentBytes">Bytes of the files and streams in it; sums stop at 2^64 − 1.</param>
public readonly record struct LeafSummary(
    ManifestKey First, ManifestKey Last, bool IsContinued, ulong Entries, ulong ContentBytes)
{
    /// <summary>Where the entry stands that the cursor is at, whose piece that is.</summary>
    internal static ManifestKey KeyOf(scoped in LeafCursor cursor, ReadOnlyMemory<byte> piece) => new(
        cursor.Class, EntryCodec.MemoryOf(cursor.Path, piece), EntryCodec.MemoryOf(cursor.Entry.Name, piece));

    /// <summary>Sums a piece up while a cursor goes through it.</summary>
    internal struct Builder(ReadOnlyMemory<byte> piece)
    {
        ManifestKey _first;
        bool _isContinued;
        ulong _entries, _contentBytes;

        /// <summary>With the entry that the cursor is at.</summary>
        public void Add(scoped in LeafCursor cursor)
        {
            if (_entries++ == 0)
            {
                _first = KeyOf(cursor, piece);
                _isContinued = cursor.IsContinued;
            }
            _contentBytes = Sums.Add(_contentBytes, cursor.Entry.ContentBytes);
        }

        /// <summary>When the cursor is at the end.</summary>
        public readonly LeafSummary Build(scoped in LeafCursor cursor) => _entries == 0
            ? default
            : new LeafSummary(_first, KeyOf(cursor, piece), _isContinued, _entries, _contentBytes);
    }
}
