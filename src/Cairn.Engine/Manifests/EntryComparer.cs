using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;

namespace Cairn.Engine.Manifests;

/// <summary>What two entries of one path differ in.</summary>
[Flags]
public enum EntryChanges
{
    None = 0,

    /// <summary>One is a file, say, and the other a directory.</summary>
    Kind = 1,

    /// <summary>Bytes of a file or stream, target of a link, number of a device.</summary>
    Content = 2,

    /// <summary>Mode, owner, times, attributes, marks.</summary>
    Metadata = 4,
}

/// <summary>Compares entries of one repository, in which equal contents have equal blobs. One thread.</summary>
sealed class EntryComparer
{
    readonly PieceWriter _left = new();
    readonly PieceWriter _right = new();

    /// <summary>Entries are the same if their records are, whatever the numbers of their owners.</summary>
    public bool AreSame(Entry left, Entry right)
    {
        if (!left.Owner.Equals(right.Owner))
            return false;
        _left.Clear();
        _right.Clear();
        EntryCodec.Write(_left, left, owner: 0);
        EntryCodec.Write(_right, right, owner: 0);
        return _left.Written.SequenceEqual(_right.Written);
    }

    /// <summary>Numbers of hard-link groups mean something within one snapshot only, and are not compared.</summary>
    public static EntryChanges Compare(Entry left, Entry right)
    {
        var kind = left.Kind == right.Kind ? EntryChanges.None : EntryChanges.Kind;
        var content = kind == EntryChanges.None && HasSameContent(left, right) ? EntryChanges.None
            : EntryChanges.Content;
        var metadata = HasSameMetadata(left, right) ? EntryChanges.None : EntryChanges.Metadata;
        return kind | content | metadata;
    }

    static bool HasSameContent(Entry left, Entry right) =>
        left.Size == right.Size
        && left.LinkTarget.Span.SequenceEqual(right.LinkTarget.Span)
        && left.DeviceMajor == right.DeviceMajor && left.DeviceMinor == right.DeviceMinor
        && HasSameBlobs(left.Content, right.Content);

    static bool HasSameBlobs(FileContent? left, FileContent? right) =>
        (left?.ListDepth ?? 0) == (right?.ListDepth ?? 0)
        && (left?.Extents ?? []).SequenceEqual(right?.Extents ?? []);

    static bool HasSameMetadata(Entry left, Entry right) =>
        left.Mode == right.Mode && left.Owner.Equals(right.Owner) && left.Modified == right.Modified
        && left.Born == right.Born && left.InodeFlags == right.InodeFlags && left.Marks == right.Marks
        && left.RestoreThrough == right.RestoreThrough
        && (left.HardLinkGroup == 0) == (right.HardLinkGroup == 0)
        && HasSameAttributes(left.Attributes, right.Attributes);

    static bool HasSameAttributes(
        IReadOnlyList<ExtendedAttribute> left, IReadOnlyList<ExtendedAttribute> right) =>
        left.Count == right.Count && left.Zip(right).All(pair =>
            pair.First.Name.Span.SequenceEqual(pair.Second.Name.Span)
            && pair.First.Value.Span.SequenceEqual(pair.Second.Value.Span)
            && pair.First.StoredValue == pair.Second.StoredValue);
}
