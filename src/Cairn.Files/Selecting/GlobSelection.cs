using Cairn.Engine.Entries;

namespace Cairn.Files.Selecting;

/// <summary>Excludes what matches one of the patterns, includes the rest.</summary>
public sealed class GlobSelection(IEnumerable<Glob> exclusions) : ISelection
{
    readonly Glob[] _exclusions = [.. exclusions];

    public Verdict Decide(ReadOnlySpan<byte> path, EntryKind kind)
    {
        foreach (var glob in _exclusions)
        {
            if (glob.Matches(path, isDirectory: kind == EntryKind.Directory))
                return Verdict.Exclude;
        }
        return Verdict.Include;
    }
}
