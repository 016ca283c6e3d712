using Cairn.App.Text;
using Cairn.Files.Selecting;

namespace Cairn.App.Selecting;

/// <summary>What is done with files that were selected.</summary>
public sealed record TreatmentRequest
{
    /// <summary>Links are what they lead to.</summary>
    public bool FollowsLinks { get; init; }

    /// <summary>Patterns of what stays in the snapshots when it is gone from the source.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> SkipDelete { get; init; } = [];

    /// <summary>Each <c>PATTERN=LEVEL</c> or <c>PATTERN=none</c>, the first that matches decides.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Compress { get; init; } = [];

    public bool IsUsual => !FollowsLinks && SkipDelete.Count == 0 && Compress.Count == 0;

    internal CompressionRules? CompressionRules() => Compress.Count == 0 ? null
        : new CompressionRules(Compress.Select(text => Parse(text, "compress", CompressionRule.Parse)).ToList());

    internal KeepRules? KeepRules(ISelection selection) => SkipDelete.Count == 0 ? null
        : new KeepRules(
            SkipDelete.Select(text => Parse(text, "skip-delete", bytes => new Glob(bytes))).ToList(), selection);

    static T Parse<T>(ReadOnlyMemory<byte> text, string option, Func<ReadOnlySpan<byte>, T> parse)
    {
        try
        {
            return parse(text.Span);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"{option}: {ByteText.Show(text)}: {e.Message}");
        }
    }
}
