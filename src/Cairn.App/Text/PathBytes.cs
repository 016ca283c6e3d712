namespace Cairn.App.Text;

/// <summary>Paths as bytes: made absolute and compared by text alone, so that nothing depends on what is
/// there.</summary>
public static class PathBytes
{
    /// <summary>Absolute, with single slashes and neither <c>.</c> nor <c>..</c>; <c>/</c> for the root.</summary>
    public static byte[] MakeAbsolute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> workingFolder)
    {
        var components = new List<byte[]>();
        if (!path.StartsWith("/"u8))
            AddComponents(workingFolder, components);
        AddComponents(path, components);
        return components.Count == 0 ? "/"u8.ToArray() : Join(components, leading: true);
    }

    /// <summary>A path inside a snapshot: components joined by slashes, none in front; empty for everything.</summary>
    public static byte[] MakeInner(ReadOnlySpan<byte> path)
    {
        var components = new List<byte[]>();
        foreach (var range in path.Split((byte)'/'))
        {
            if (path[range].SequenceEqual(".."u8))
                throw new UsageException($"{ByteText.Show(path)}: a path inside a snapshot cannot have .. in it");
        }
        AddComponents(path, components);
        return Join(components, leading: false);
    }

    /// <summary>Whether it is that folder or lies in it. Both absolute and normal.</summary>
    public static bool IsWithin(ReadOnlySpan<byte> path, ReadOnlySpan<byte> folder)
    {
        if (folder.SequenceEqual("/"u8))
            return true;
        return path.StartsWith(folder) && (path.Length == folder.Length || path[folder.Length] == '/');
    }

    static void AddComponents(ReadOnlySpan<byte> path, List<byte[]> components)
    {
        foreach (var range in path.Split((byte)'/'))
        {
            var component = path[range];
            if (component.SequenceEqual(".."u8))
                components.RemoveRange(Math.Max(components.Count - 1, 0), Math.Min(components.Count, 1));
            else if (!component.IsEmpty && !component.SequenceEqual("."u8))
                components.Add(component.ToArray());
        }
    }

    static byte[] Join(List<byte[]> components, bool leading)
    {
        var path = new List<byte>();
        foreach (var component in components)
        {
            if (leading || path.Count > 0)
                path.Add((byte)'/');
            path.AddRange(component);
        }
        return [.. path];
    }
}
