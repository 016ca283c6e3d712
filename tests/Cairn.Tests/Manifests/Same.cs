using Cairn.Engine.Entries;

namespace Cairn.Tests.Manifests;

static class Same
{
    /// <summary>All that a manifest keeps of an entry, as text: equal texts, equal entries.</summary>
    public static string Text(Entry e) => string.Join('|',
        e.Kind, Hex(e.Name), e.Mode, e.Owner, e.Modified, e.Born is { } born && born != default ? born : null,
        e.Size, Hex(e.LinkTarget), e.DeviceMajor, e.DeviceMinor, e.HardLinkGroup, e.InodeFlags, e.Marks,
        e.RestoreThrough,
        string.Join(',', e.Attributes.Select(a => $"{Hex(a.Name)}={Hex(a.Value)}{Text(a.StoredValue)}")),
        e.Content?.ListDepth, string.Join(',', e.Content?.Extents.Select(x => Text(x)) ?? []));

    public static string Text(Placed p) => $"{p.Class}|{Convert.ToHexString(p.Directory)}|{Text(p.Entry)}";

    static string Text(Extent? extent) => extent is { } x ? $"{x.Length}@{x.Blob}" : "";

    static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);
}
