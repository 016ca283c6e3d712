using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;

namespace Cairn.Vectors;

public static partial class Show
{
    public static string Leaf(LeafPiece piece)
    {
        var text = new StringBuilder();
        foreach (var block in piece.Blocks)
        {
            text.Append($"block {block.Class} {Text(block.Path.Span)}{(block.IsContinued ? " continued" : "")}\n");
            foreach (var entry in block.Entries.Span)
                text.Append(Entry(entry));
        }
        return text.ToString();
    }

    public static string Entry(Entry entry)
    {
        var text = new StringBuilder();
        text.Append($"entry {entry.Kind.ToString().ToLowerInvariant()} {Text(entry.Name.Span)}");
        text.Append($" mode {Convert.ToString(entry.Mode, 8)}");
        text.Append($" owner {entry.Owner.UserId}:{entry.Owner.GroupId}");
        text.Append($" {Text(entry.Owner.UserName)}:{Text(entry.Owner.GroupName)}");
        text.Append($" modified {Time(entry.Modified)}\n");
        if (entry.Marks != 0)
            text.Append($"  marks {(int)entry.Marks}\n");
        if (entry.Born is { } born)
            text.Append($"  born {Time(born)}\n");
        if (entry.HardLinkGroup != 0)
            text.Append($"  hard-link-group {entry.HardLinkGroup}\n");
        if (entry.InodeFlags != 0)
            text.Append($"  inode-flags {entry.InodeFlags}\n");
        foreach (var attribute in entry.Attributes)
            text.Append($"  attribute {Text(attribute.Name.Span)} {Value(attribute)}\n");
        if (entry.RestoreThrough.Length > 0)
            text.Append($"  restore-through {Text(entry.RestoreThrough)}\n");
        if (entry.Content is { } content)
        {
            text.Append($"  size {entry.Size} depth {content.ListDepth}\n");
            foreach (var extent in content.Extents)
                text.Append($"  {Extent(extent)}\n");
        }
        if (!entry.LinkTarget.IsEmpty)
            text.Append($"  target {Text(entry.LinkTarget.Span)}\n");
        if (entry.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice)
            text.Append($"  device {entry.DeviceMajor}:{entry.DeviceMinor}\n");
        return text.ToString();
    }

    public static string Extents(IEnumerable<Extent> extents) =>
        string.Concat(extents.Select(extent => Extent(extent) + "\n"));

    public static string Upper(IEnumerable<UpperRow> rows) => string.Concat(rows.Select(row =>
        $"row {row.First.Class} {Text(row.First.Path.Span)} {Text(row.First.Name.Span)} {row.Id} "
        + $"entries {row.Entries} bytes {row.ContentBytes}\n"));

    static string Extent(Extent extent) => $"extent {extent.Length} {extent.Blob?.ToString() ?? "hole"}";

    static string Time(FileTime time) => $"{time.Seconds}.{time.Nanoseconds:d9}";

    static string Value(ExtendedAttribute attribute) => attribute.StoredValue is { } stored
        ? $"stored {stored.Length} {stored.Blob}"
        : $"inline {attribute.Value.Hex()}";
}
