using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>Is told each list blob of one file: what a host keeps locally, since it cannot read them back.</summary>
public interface IListLog
{
    void Append(BlobId id, ReadOnlySpan<byte> list);
}

/// <summary>
/// Collects the extents of one file in order and stores lists of them where there are many: memory holds one list per
/// level. Used for file after file; one thread at a time.
/// </summary>
public sealed class ExtentListBuilder(IBlobSink sink)
{
    readonly List<Level> _levels = [new Level()];
    readonly PieceWriter _list = new();
    IListLog? _log;

    /// <summary>Sum of the lengths so far.</summary>
    public long Length { get; private set; }

    /// <summary>Where the lists of the file that begins are to be told.</summary>
    public void Begin(IListLog? log)
    {
        Invariant.That(_levels[0].Ever == 0);
        _log = log;
    }

    public void Add(in Extent extent)
    {
        Length += extent.Length;
        Invariant.That(Length <= ManifestLimits.FileBytes);
        Add(level: 0, extent);
    }

    /// <summary>The content of all that was added; the next file can begin.</summary>
    public FileContent Finish()
    {
        var level = 0;
        while (_levels[level].Ever > CutRules.InlineExtentsMax)
        {
            if (_levels[level].Extents.Count > 0)
                Store(level);
            level++;
        }
        var extents = _levels[level].Extents;
        var content = extents.Count == 0 ? FileContent.Empty : new FileContent(extents.ToArray(), level);
        foreach (var used in _levels)
            used.Clear();
        Length = 0;
        _log = null;
        return content;
    }

    void Add(int level, in Extent extent)
    {
        if (_levels.Count == level)
            _levels.Add(new Level());
        var state = _levels[level];
        state.Extents.Add(extent);
        state.Ever++;
        var isCut = state.Extents.Count >= CutRules.ListExtentsMin
            && extent.Blob is { } id && CutRules.IsListCut(id);
        if (isCut || state.Extents.Count >= CutRules.ListExtentsMax)
            Store(level);
    }

    void Store(int level)
    {
        var extents = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_levels[level].Extents);
        _list.Clear();
        ExtentList.Encode(_list, level, extents);
        var length = 0L;
        foreach (ref readonly var extent in extents)
            length += extent.Length;
        _levels[level].Extents.Clear();
        var id = sink.Put(BlobKind.ExtentList, _list.Written);
        _log?.Append(id, _list.Written);
        Add(level + 1, new Extent(length, id));
    }

    sealed class Level
    {
        public readonly List<Extent> Extents = [];
        public long Ever;

        public void Clear()
        {
            Extents.Clear();
            Ever = 0;
        }
    }
}
