using Cairn.Engine.Entries;

namespace Cairn.Files.Selecting;

/// <summary>Includes or excludes what a pattern matches, and everything beneath it.</summary>
public sealed class GlobRule(ReadOnlySpan<byte> pattern, bool includes) : SelectionRule
{
    readonly Glob _glob = new(pattern);

    public override bool Includes { get; } = includes;

    internal override string Key { get; } = "glob " + PathText.Show(pattern);

    internal override bool MatchesEverything => _glob.MatchesEverything;

    bool MayCoverSources => IsForTheseSources && _glob.IsAbsolute;

    internal override Finding Test(
        ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate, int sourceLength)
    {
        var isDirectory = kind == EntryKind.Directory;
        if (_glob.Covers(path, isDirectory, MayCoverSources ? 0 : sourceLength))
            return Includes ? Finding.Include : Finding.Exclude;
        return Includes && isDirectory && _glob.LeadsThrough(path) ? Finding.Scan : Finding.Nothing;
    }

    internal override bool CouldLeadThrough(ReadOnlySpan<byte> file) =>
        Includes && _glob.LeadsThrough(file) && !_glob.Covers(file, isDirectory: true, floor: 0);

    internal override bool Reaches(ReadOnlySpan<byte> source) =>
        _glob.LeadsThrough(source) || _glob.Covers(source, isDirectory: true, floor: 0);

    internal override bool Covers(ReadOnlySpan<byte> source) =>
        MatchesEverything || MayCoverSources && _glob.Covers(source, isDirectory: true, floor: 0);
}
