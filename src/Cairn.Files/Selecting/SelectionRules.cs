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

    /// <param name="sources">Absolute paths.</param>
    /// <exception cref="ArgumentException">A rule can never decide, or leaves out a whole source.</exception>
    public SelectionRules(IEnumerable<SelectionRule> rules, IEnumerable<ReadOnlyMemory<byte>> sources)
    {
        _rules = [.. rules];
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
