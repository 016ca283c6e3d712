using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Restore;

/// <summary>
/// Goes through a manifest beside the target's directories, both sorted by name. Directories of the manifest are
/// depth first, so those whose turn is still to come form a stack; one that was passed has no entries.
/// </summary>
sealed class DeletePlanner(IMirrorTarget target, EntryPlacer placer, SnapshotPath root, DeleteOptions options)
{
    readonly List<Deletion> _deletions = [];
    readonly Stack<(ReadOnlyMemory<byte> Path, bool IsWhole)> _coming = new();
    readonly List<(ReadOnlyMemory<byte> Path, bool IsWhole)> _children = [];
    IReadOnlyList<TargetChild> _listed = [];
    ReadOnlyMemory<byte>? _current;
    int _next;

    /// <summary>Whether the snapshot knows all that was in the directory.</summary>
    public static bool IsWhole(Entry directory) =>
        (directory.Marks & (EntryMarks.Ancestor | EntryMarks.Incomplete)) == 0;

    public void Begin(bool isRootWhole) => _coming.Push((root.Path, isRootWhole));

    public void Add(in LeafBlock block)
    {
        if (block.Class != ManifestLimits.FileClass)
        {
            KeepStreams(block);
            return;
        }
        if (_current is not { } current || !current.Span.SequenceEqual(block.Path.Span))
        {
            Leave();
            while (_coming.TryPop(out var coming) && !Enter(coming, block.Path.Span))
                Leave();
        }
        placer.BeginBlock(block.Class, block.Path.Span);
        foreach (var entry in block.Entries.Span)
            Pass(entry, block.Path);
    }

    public DeletePlan Finish()
    {
        Leave();
        while (_coming.TryPop(out var coming))
        {
            Enter(coming, next: default);
            Leave();
        }
        return new DeletePlan(_deletions);
    }

    /// <returns>Whether it is the directory whose entries come next.</returns>
    bool Enter((ReadOnlyMemory<byte> Path, bool IsWhole) directory, ReadOnlySpan<byte> next)
    {
        _current = directory.Path;
        _next = 0;
        _listed = directory.IsWhole ? target.List(Below(directory.Path).Span) : [];
        placer.BeginBlock(ManifestLimits.FileClass, directory.Path.Span);
        return directory.Path.Span.SequenceEqual(next);
    }

    void Pass(Entry entry, ReadOnlyMemory<byte> directory)
    {
        while (_next < _listed.Count && _listed[_next].Name.Span.SequenceCompareTo(entry.Name.Span) < 0)
            Plan(_listed[_next++]);
        if (entry.Kind == EntryKind.Directory)
            _children.Add((ManifestPath.Join(directory, entry.Name), IsWhole(entry)));
        if (_next == _listed.Count || !_listed[_next].Name.Span.SequenceEqual(entry.Name.Span))
            return;
        var child = _listed[_next++];
        if (options.ReplacesDirectories && child.Kind == EntryKind.Directory && entry.Kind != EntryKind.Directory)
            Plan(child);
    }

    void Leave()
    {
        if (_current is null)
            return;
        while (_next < _listed.Count)
            Plan(_listed[_next++]);
        for (var i = _children.Count - 1; i >= 0; i--)
            _coming.Push(_children[i]);
        _children.Clear();
        _current = null;
    }

    void Plan(TargetChild child)
    {
        var place = ManifestPath.Join(Below(_current!.Value), child.Name);
        var like = new Entry { Name = child.Name, Kind = child.Kind ?? EntryKind.Fifo, Owner = Nobody };
        if (placer.Decide(ManifestLimits.FileClass, _current.Value.Span, like) == RestoreVerdict.Include
            && !IsProtected(place.Span))
            _deletions.Add(new Deletion(place, child.Kind == EntryKind.Directory));
    }

    // They lie beside the tree's first directories when everything is restored.
    void KeepStreams(in LeafBlock block)
    {
        foreach (var entry in block.Entries.Span)
        {
            var name = entry.Name;
            _deletions.RemoveAll(deletion => deletion.Path.Span.SequenceEqual(name.Span));
        }
    }

    bool IsProtected(ReadOnlySpan<byte> path)
    {
        foreach (var kept in options.Protected)
        {
            if (ManifestOrder.IsAtOrBelow(path, kept.Span) || ManifestOrder.IsAtOrBelow(kept.Span, path))
                return true;
        }
        return false;
    }

    ReadOnlyMemory<byte> Below(ReadOnlyMemory<byte> path) =>
        root.Path.IsEmpty ? path : path.Length == root.Path.Length ? default : path[(root.Path.Length + 1)..];

    static readonly Owner Nobody = new(0, 0, "", "");
}
