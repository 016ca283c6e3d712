namespace Cairn.Files.Portable;

/// <summary>Resolves links component by component: .NET resolves the last one alone.</summary>
static class RealPath
{
    const int LinksMax = 40;

    /// <summary>Null if it is not there, or if links lead in circles.</summary>
    public static string? Of(string path)
    {
        try
        {
            var links = 0;
            return Resolve(Path.GetFullPath(path), ref links);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static string? Resolve(string path, ref int links)
    {
        var root = Path.GetPathRoot(path)!;
        var real = root;
        var parts = path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts)
        {
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                if (!Path.Exists(next))
                    return null;
                real = next;
                continue;
            }
            if (++links > LinksMax || Resolve(Path.GetFullPath(target, real), ref links) is not { } behind)
                return null;
            real = behind;
        }
        return real;
    }
}
