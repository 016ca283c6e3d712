namespace Cairn.Files.Walking;

/// <summary>A component of the paths that somebody named: a source itself, or a directory on the way to one.</summary>
sealed class SourceNode(byte[] name)
{
    readonly List<SourceNode> _children = [];

    public byte[] Name { get; } = name;

    public bool IsSource { get; set; }

    /// <summary>Sorted by name.</summary>
    public IReadOnlyList<SourceNode> Children => _children;

    public SourceNode? Find(ReadOnlySpan<byte> name)
    {
        var at = IndexOf(name);
        return at >= 0 ? _children[at] : null;
    }

    public SourceNode FindOrAdd(ReadOnlySpan<byte> name)
    {
        var at = IndexOf(name);
        if (at < 0)
            _children.Insert(at = ~at, new SourceNode(name.ToArray()));
        return _children[at];
    }

    int IndexOf(ReadOnlySpan<byte> name)
    {
        int low = 0, high = _children.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _children[middle].Name.AsSpan().SequenceCompareTo(name);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return ~low;
    }
}

/// <summary>Merges the named paths into a tree of components below the root.</summary>
static class SourceTree
{
    public static SourceNode Build(IReadOnlyList<ReadOnlyMemory<byte>> sources)
    {
        var root = new SourceNode([]);
        foreach (var source in sources)
        {
            var node = root;
            foreach (var component in Components(source.Span))
                node = node.FindOrAdd(component);
            node.IsSource = true;
        }
        return root;
    }

    static List<byte[]> Components(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || path[0] != '/' || path.Contains((byte)0))
            throw new ArgumentException($"A source must be an absolute path, not \"{PathText.Show(path)}\".");
        var components = new List<byte[]>();
        foreach (var range in path.Split((byte)'/'))
        {
            var component = path[range];
            if (component.SequenceEqual(".."u8))
                components.RemoveRange(Math.Max(components.Count - 1, 0), Math.Min(components.Count, 1));
            else if (!component.IsEmpty && !component.SequenceEqual("."u8))
                components.Add(component.ToArray());
        }
        return components;
    }
}
