using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Restore;
using Cairn.Files.Selecting;

namespace Cairn.App.Restore;

/// <summary>Leaves out what an exclusion matches; if there are inclusions, also what none of them matches.</summary>
sealed class PatternSelection(IReadOnlyList<Glob> inclusions, IReadOnlyList<Glob> exclusions) : IRestoreSelection
{
    public RestoreVerdict Decide(ReadOnlySpan<byte> path, EntryKind kind)
    {
        var isDirectory = kind == EntryKind.Directory;
        if (Matches(exclusions, path, isDirectory))
            return RestoreVerdict.Exclude;
        return inclusions.Count == 0 || Matches(inclusions, path, isDirectory)
            ? RestoreVerdict.Include
            : RestoreVerdict.Pass;
    }

    static bool Matches(IReadOnlyList<Glob> globs, ReadOnlySpan<byte> path, bool isDirectory)
    {
        foreach (var glob in globs)
        {
            if (glob.Matches(path, isDirectory))
                return true;
        }
        return false;
    }
}
