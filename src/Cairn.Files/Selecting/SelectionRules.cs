using Cairn.Engine.Entries;

namespace Cairn.Files.Selecting;

/// <summary>
/// An ordered list of rules: the first that includes or excludes decides, and what none decides is included. A
/// directory that is excluded, but has something beneath it that an earlier rule may include, is scanned.
/// </summary>
public sealed class SelectionRules : ISelection
{
    readonly SelectionRule[] _rules;
    readonly byte[][] _sources;
    readonly bool _likeDuplicity;

    /// <param name="sources">Absolute paths.</param>
    /// <param name="likeDuplicity">
    /// Decide as duplicity 0.8 does: what no rule decides is left out where an include rule could match it or something
    /// beneath it (a directory is then scanned), and rules about markers and devices come before all others.
    /// </param>
    /// <exception cref="ArgumentException">A rule can never decide, or leaves out a whole source.</exception>
    public SelectionRules(
        IEnumerable<SelectionRule> rules, IEnumerable<ReadOnlyMemory<byte>> sources, bool likeDuplicity = false)
    {
        _likeDuplicity = likeDuplicity;
        _rules = likeDuplicity ? [.. rules.OrderBy(rule => rule is MarkerRule or DeviceRule ? 0 : 1)] : [.. rules];
        // The innermost first, as it is the one that was meant.
        _sources = [.. sources.Select(source => source.ToArray()).OrderByDescending(source => source.Length)];
        SelectionCheck.Check(_rules, _sources);
    }

    public Verdict Decide(ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate) =>
        Decide(path, kind, candidate, out _);

    /// <param name="decisive">The rule that included or excluded, or null.</param>
    public Verdict Decide(
        ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate, out SelectionRule? decisive)
    {
        decisive = null;
        if (_rules.Length == 0)
            return Verdict.Include;
        var sourceLength = SourceLength(path);
        var mayScan = false;
        foreach (var rule in _rules)
        {
            switch (rule.Test(path, kind, candidate, sourceLength))
            {
                case Finding.Scan:
                    mayScan = true;
                    break;
                case Finding.Include:
                    decisive = rule;
                    return Verdict.Include;
                case Finding.Exclude:
                    decisive = rule;
                    return mayScan ? Verdict.Scan : Verdict.Exclude;
            }
        }
        return _likeDuplicity ? DecideLikeDuplicity(path, kind, mayScan) : Verdict.Include;
    }

    // It asks files, too, whether something beneath them could match.
    Verdict DecideLikeDuplicity(ReadOnlySpan<byte> path, EntryKind kind, bool mayScan)
    {
        if (kind == EntryKind.Directory)
            return mayScan ? Verdict.Scan : Verdict.Include;
        foreach (var rule in _rules)
        {
            if (rule.CouldLeadThrough(path))
                return Verdict.Exclude;
        }
        return Verdict.Include;
    }

    int SourceLength(ReadOnlySpan<byte> path)
    {
        foreach (var source in _sources)
        {
            if (path.StartsWith(source) && (source.Length == 1 || path.Length > source.Length
                && path[source.Length] == '/'))
                return source.Length;
        }
        return 0;
    }
}
