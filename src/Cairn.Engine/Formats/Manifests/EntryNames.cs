namespace Cairn.Engine.Formats.Manifests;

/// <summary>
/// Which names and paths a manifest may hold. Checked when reading too: a name with a slash in a planted manifest would
/// lead a restore out of its target.
/// </summary>
public static class EntryNames
{
    public static bool IsValidName(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= ManifestLimits.NameBytes && !IsDots(name) && !name.ContainsAny((byte)'/', (byte)0);

    /// <summary>Valid names joined by slashes; empty for the root.</summary>
    public static bool IsValidPath(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
            return true;
        if (path.Length > ManifestLimits.PathBytes || path.Contains((byte)0))
            return false;
        while (true)
        {
            var slash = path.IndexOf((byte)'/');
            var component = slash < 0 ? path : path[..slash];
            if (component.Length is 0 or > ManifestLimits.NameBytes || IsDots(component))
                return false;
            if (slash < 0)
                return true;
            path = path[(slash + 1)..];
        }
    }

    public static bool IsValidBlock(byte @class, ReadOnlySpan<byte> path) => @class switch
    {
        ManifestLimits.FileClass => IsValidPath(path),
        ManifestLimits.StreamClass => path.IsEmpty,
        _ => false,
    };

    static bool IsDots(ReadOnlySpan<byte> name) =>
        name.Length <= 2 && name[0] == '.' && name[^1] == '.';
}
