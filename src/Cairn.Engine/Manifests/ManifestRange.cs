using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;

namespace Cairn.Engine.Manifests;

/// <summary>A contiguous part of a manifest, for readers that want only the pieces it lies in.</summary>
public sealed class ManifestRange
{
    enum Scope { Everything, Class, Below, Directory, Single }

    readonly Scope _scope;
    readonly ManifestKey _low;

    ManifestRange(Scope scope, ManifestKey low)
    {
        _scope = scope;
        _low = low;
    }

    public static readonly ManifestRange Everything = new(Scope.Everything, default);

    public static ManifestRange OfClass(byte @class) => new(Scope.Class, new(@class, default, default));

    /// <summary>All entries under a directory, at any depth, without its own.</summary>
    public static ManifestRange Below(byte @class, ReadOnlyMemory<byte> directory) =>
        new(Scope.Below, new(@class, directory, default));

    /// <summary>The children of one directory.</summary>
    public static ManifestRange Children(byte @class, ReadOnlyMemory<byte> directory) =>
        new(Scope.Directory, new(@class, directory, default));

    /// <summary>One entry.</summary>
    public static ManifestRange Single(byte @class, ReadOnlyMemory<byte> directory, ReadOnlyMemory<byte> name) =>
        new(Scope.Single, new(@class, directory, name));

    /// <summary>Whether a piece can hold part of it.</summary>
    /// <param name="first">The piece's first entry; null if unknown.</param>
    /// <param name="next">The first entry behind the piece; null if there is none.</param>
    internal bool Overlaps(ManifestKey? first, ManifestKey? next)
    {
        if (next is { } behind && behind.CompareTo(_low) <= 0)
            return false;
        return first is not { } start || start.CompareTo(_low) <= 0 || Contains(start);
    }

    /// <summary>The entries of a block that belong to it.</summary>
    internal ReadOnlyMemory<Entry> Select(in LeafBlock block)
    {
        if (!ContainsBlock(block.Class, block.Path.Span))
            return default;
        if (_scope != Scope.Single)
            return block.Entries;
        var entries = block.Entries.Span;
        for (int low = 0, high = entries.Length - 1; low <= high;)
        {
            var middle = (low + high) >>> 1;
            var order = entries[middle].Name.Span.SequenceCompareTo(_low.Name.Span);
            if (order == 0)
                return block.Entries.Slice(middle, 1);
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return default;
    }

    internal bool Contains(in ManifestKey key) => Contains(key.Class, key.Path.Span, key.Name.Span);

    internal bool Contains(byte @class, ReadOnlySpan<byte> path, ReadOnlySpan<byte> name) =>
        ContainsBlock(@class, path) && (_scope != Scope.Single || name.SequenceEqual(_low.Name.Span));

    bool ContainsBlock(byte @class, ReadOnlySpan<byte> path) => _scope switch
    {
        Scope.Everything => true,
        Scope.Class => @class == _low.Class,
        Scope.Below => @class == _low.Class && ManifestOrder.IsAtOrBelow(path, _low.Path.Span),
        _ => @class == _low.Class && path.SequenceEqual(_low.Path.Span),
    };
}
