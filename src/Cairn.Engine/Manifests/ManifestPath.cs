namespace Cairn.Engine.Manifests;

/// <summary>Paths as bytes: components joined by slashes, empty for the root.</summary>
public static class ManifestPath
{
    /// <summary>The directory a path lies in, and its name there. Not for the root, which has neither.</summary>
    public static (ReadOnlyMemory<byte> Directory, ReadOnlyMemory<byte> Name) Split(ReadOnlyMemory<byte> path)
    {
        var slash = path.Span.LastIndexOf((byte)'/');
        return slash < 0 ? (default, path) : (path[..slash], path[(slash + 1)..]);
    }

    public static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> directory, ReadOnlyMemory<byte> name)
    {
        if (directory.IsEmpty)
            return name;
        var path = new byte[directory.Length + 1 + name.Length];
        directory.CopyTo(path);
        path[directory.Length] = (byte)'/';
        name.CopyTo(path.AsMemory(directory.Length + 1));
        return path;
    }
}
