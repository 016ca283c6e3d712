using System.Buffers.Text;
using Cairn.Engine.Compression;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Repositories.Writing;

namespace Cairn.Files.Selecting;

/// <summary>The first pattern that matches says how files are compressed.</summary>
public sealed class CompressionRules(IEnumerable<CompressionRule> rules) : ICompressionRules
{
    readonly CompressionRule[] _rules = [.. rules];

    public int? LevelOf(ReadOnlySpan<byte> path)
    {
        foreach (var rule in _rules)
        {
            // A stream has no directory above it that a pattern could match.
            if (path[0] == '/' ? rule.Pattern.Covers(path, isDirectory: false, floor: 0)
                : rule.Pattern.Matches(path, isDirectory: false))
                return rule.Level;
        }
        return null;
    }
}

/// <param name="Level">Of zstd, or <see cref="BlobWorker.NoCompression"/>.</param>
public sealed record CompressionRule(Glob Pattern, int Level)
{
    static ReadOnlySpan<byte> None => "none"u8;

    /// <param name="text"><c>PATTERN=LEVEL</c> or <c>PATTERN=none</c>; a pattern may have further equals signs.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static CompressionRule Parse(ReadOnlySpan<byte> text)
    {
        var sign = text.LastIndexOf((byte)'=');
        if (sign < 1)
            throw Wrong(text, "is not of the form PATTERN=LEVEL or PATTERN=none");
        var value = text[(sign + 1)..];
        if (value.SequenceEqual(None))
            return new CompressionRule(new Glob(text[..sign]), BlobWorker.NoCompression);
        return Utf8Parser.TryParse(value, out int level, out var used) && used == value.Length
            && level is >= ZstdCompressor.LevelMin and <= ZstdCompressor.LevelMax
                ? new CompressionRule(new Glob(text[..sign]), level)
                : throw Wrong(text, $"has no level: {ZstdCompressor.LevelMin} to {ZstdCompressor.LevelMax}, or none");
    }

    static ArgumentException Wrong(ReadOnlySpan<byte> text, string what) =>
        new($"The rule \"{PathText.Show(text)}\" {what}.");
}
