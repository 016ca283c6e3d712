using Cairn.Engine.Sources;

namespace Cairn.Files.Restoring;

/// <summary>Refuses paths that could lead out of the target, or are none.</summary>
static class TargetPath
{
    /// <summary>The directory (empty: the target itself) and the name in it.</summary>
    public static ReadOnlySpan<byte> Split(ReadOnlySpan<byte> path, out ReadOnlySpan<byte> name)
    {
        Check(path);
        var slash = path.LastIndexOf((byte)'/');
        name = path[(slash + 1)..];
        return slash < 0 ? default : path[..slash];
    }

    public static void Check(ReadOnlySpan<byte> path)
    {
        if (path.Contains((byte)0))
            throw Refused(path);
        var rest = path;
        while (true)
        {
            var slash = rest.IndexOf((byte)'/');
            var name = slash < 0 ? rest : rest[..slash];
            if (name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
                throw Refused(path);
            if (slash < 0)
                return;
            rest = rest[(slash + 1)..];
        }
    }

    static RestoreWriteException Refused(ReadOnlySpan<byte> path) =>
        new($"{PathText.Show(path)}: refused, this is no path below the target");
}
