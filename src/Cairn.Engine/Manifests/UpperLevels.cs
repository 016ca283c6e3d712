using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>
/// The pieces above the leaves: each level collects rows until its piece is cut, which is a row of the next.
/// </summary>
sealed class UpperLevels(IBlobSink sink)
{
    readonly List<Level> _levels = [];
    readonly PieceWriter _piece = new();

    /// <summary>Adds the row of a leaf piece.</summary>
    public void Add(in UpperRow leaf) => Add(level: 1, leaf);

    /// <summary>Stores what is left; there was at least one row.</summary>
    public ManifestRoot Finish()
    {
        for (var level = 1; ; level++)
        {
            var state = _levels[level - 1];
            if (state.RowsEver == 1)
                return new ManifestRoot(state.Last.Id, level - 1, state.Last.Entries, state.Last.ContentBytes);
            if (state.Rows > 0)
                Store(level, state);
        }
    }

    void Add(int level, in UpperRow row)
    {
        Invariant.That(level < ManifestLimits.Levels);
        if (_levels.Count < level)
            _levels.Add(new Level());
        var state = _levels[level - 1];
        state.Add(row);
        var isCut = state.Rows >= CutRules.UpperRowsMin && CutRules.IsUpperCut(row.Id);
        if (isCut || state.Rows >= CutRules.UpperRowsMax || state.Encoded.Length >= CutRules.UpperBytesMax)
            Store(level, state);
    }

    void Store(int level, Level state)
    {
        _piece.Clear();
        UpperPiece.Frame(_piece, level, state.Rows, state.Encoded.Written);
        var id = sink.Put(BlobKind.Manifest, _piece.Written);
        var row = new UpperRow(state.First, id, state.Entries, state.ContentBytes);
        state.Clear();
        Add(level + 1, row);
    }

    sealed class Level
    {
        public readonly PieceWriter Encoded = new();
        public ManifestKey First;
        public UpperRow Last;
        public int Rows;
        public long RowsEver;
        public ulong Entries;
        public ulong ContentBytes;

        public void Add(in UpperRow row)
        {
            if (Rows == 0)
                First = row.First;
            UpperPiece.Write(Encoded, row);
            Last = row;
            Rows++;
            RowsEver++;
            Entries += row.Entries;
            ContentBytes = Sums.Add(ContentBytes, row.ContentBytes);
        }

        public void Clear()
        {
            Encoded.Clear();
            Rows = 0;
            Entries = 0;
            ContentBytes = 0;
        }
    }
}
