namespace Cairn.Engine.Entries;

/// <summary>Paths as people see them, from the parts that manifests have.</summary>
public static class AbsolutePath
{
    /// <summary>The path with its leading slash.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> directory, ReadOnlyMemory<byte> name) =>
        directory.IsEmpty
            ? (byte[])[(byte)'/', .. name.Span]
            : (byte[])[(byte)'/', .. directory.Span, (byte)'/', .. name.Span];
}
