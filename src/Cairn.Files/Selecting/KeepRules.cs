using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;

namespace Cairn.Files.Selecting;

/// <summary>
/// Keeps what patterns match, unless it would be left out if it were still there: a later rule against it ends its
/// stay.
/// </summary>
public sealed class KeepRules(IEnumerable<Glob> patterns, ISelection selection) : IKeepRules
{
    readonly Glob[] _patterns = [.. patterns];

    public bool Keeps(ReadOnlySpan<byte> path, EntryKind kind)
    {
        foreach (var pattern in _patterns)
        {
            if (pattern.Covers(path, kind == EntryKind.Directory, floor: 0))
                return selection.Decide(path, kind, Gone.Instance) != Verdict.Exclude;
        }
        return false;
    }

    sealed class Gone : ICandidate
    {
        public static readonly Gone Instance = new();

        public (long Size, FileTime Modified)? SizeAndTime => null;

        public bool Contains(ReadOnlySpan<byte> name) => false;

        public bool ContainsFile(ReadOnlySpan<byte> name, ReadOnlySpan<byte> beginning) => false;
    }
}
