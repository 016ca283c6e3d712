using Cairn.App.Text;
using Cairn.Engine.Operations.Restore;
using Cairn.Files.Selecting;

namespace Cairn.App.Restore;

/// <summary>Patterns and renames of a request, checked.</summary>
static class RestoreArguments
{
    public static void Validate(RestoreRequest request)
    {
        if (request is { NoOwner: true, NumericOwner: true })
            throw new UsageException("--no-owner and --numeric-owner exclude each other");
        if (request.Deletes && request.Renames.Count > 0)
            throw new UsageException(
                "--delete and --rename exclude each other", "restore with --rename, and delete by yourself");
    }

    /// <summary>Null: everything.</summary>
    public static IRestoreSelection? Selection(RestoreRequest request)
    {
        if (request.Include.Count == 0 && request.Exclude.Count == 0)
            return null;
        try
        {
            return new PatternSelection(Globs(request.Include), Globs(request.Exclude));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    public static IReadOnlyList<RestoreRename> Renames(RestoreRequest request) =>
        [.. request.Renames.Select(rename => Parse(rename.Span))];

    static Glob[] Globs(IReadOnlyList<ReadOnlyMemory<byte>> patterns) =>
        [.. patterns.Select(pattern => new Glob(pattern.Span))];

    static RestoreRename Parse(ReadOnlySpan<byte> text)
    {
        var equals = text.IndexOf((byte)'=');
        if (equals < 0)
            throw new UsageException($"\"{ByteText.Show(text)}\" is no rename: OLD=NEW is wanted");
        return new RestoreRename(Path(text[..equals], text), Path(text[(equals + 1)..], text));
    }

    static byte[] Path(ReadOnlySpan<byte> path, ReadOnlySpan<byte> text)
    {
        path = path.Trim((byte)'/');
        foreach (var range in path.Split((byte)'/'))
        {
            if (path[range].IsEmpty || path[range].SequenceEqual("."u8) || path[range].SequenceEqual(".."u8))
                throw new UsageException(
                    $"\"{ByteText.Show(text)}\" is no rename: both sides are paths below the target, without . and ..");
        }
        return path.ToArray();
    }
}
