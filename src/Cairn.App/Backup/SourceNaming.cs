using System.Text;
using Cairn.App.Text;

namespace Cairn.App.Backup;

/// <summary>What a source is called, so that the next run finds its predecessor.</summary>
static class SourceNaming
{
    const int NameBytesMax = 1024;

    /// <summary>Absolute, sorted, each once.</summary>
    public static List<ReadOnlyMemory<byte>> NormalRoots(
        IReadOnlyList<ReadOnlyMemory<byte>> paths, ReadOnlyMemory<byte> workingFolder)
    {
        var roots = new List<ReadOnlyMemory<byte>>();
        foreach (var path in paths)
        {
            if (path.IsEmpty || path.Span.Contains((byte)0))
                throw new UsageException("an empty path cannot be backed up");
            roots.Add(PathBytes.MakeAbsolute(path.Span, workingFolder.Span));
        }
        roots.Sort((a, b) => a.Span.SequenceCompareTo(b.Span));
        for (var i = roots.Count - 1; i > 0; i--)
        {
            if (roots[i].Span.SequenceEqual(roots[i - 1].Span))
                roots.RemoveAt(i);
        }
        return roots;
    }

    /// <summary>Host and sorted roots, or the stream's name.</summary>
    public static string Default(string host, IReadOnlyList<ReadOnlyMemory<byte>> roots, string? stream) =>
        $"{host}:{stream ?? string.Join(',', roots.Select(ByteText.Show))}";

    public static void RequireStreamName(string name)
    {
        if (name is "" or "." or ".." || name.Contains('/') || name.Contains('\0') || ByteText.HasRawBytes(name)
            || Encoding.UTF8.GetByteCount(name) > NameBytesMax)
            throw new UsageException(
                $"\"{ByteText.Show(ByteText.ToBytes(name))}\" cannot be the name of a stream",
                "a name is UTF-8 text without a slash, and neither . nor ..");
    }

    public static void RequireSourceName(string? name)
    {
        if (name is null)
            return;
        if (name.Length == 0 || name.Any(char.IsControl) || ByteText.HasRawBytes(name)
            || Encoding.UTF8.GetByteCount(name) > NameBytesMax)
            throw new UsageException("the name of a source is UTF-8 text in one line");
    }
}
