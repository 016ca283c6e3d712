using Cairn.Engine.Entries;

namespace Cairn.Files.Selecting;

/// <summary>What one rule says of one path.</summary>
public enum Finding
{
    Nothing,
    Include,
    Exclude,

    /// <summary>A directory with something beneath it that the rule may include.</summary>
    Scan,
}

/// <summary>One rule of an ordered list.</summary>
public abstract class SelectionRule
{
    /// <summary>As a person wrote it, with where that was if not on the command line.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// Whether it was written with these sources in mind: then a rule that never decides is a mistake, and a pattern
    /// for a whole path that covers a source covers all of it.
    /// </summary>
    public bool IsForTheseSources { get; init; } = true;

    /// <summary>What the rule does with what it matches.</summary>
    public abstract bool Includes { get; }

    /// <summary>The same for rules that match the same.</summary>
    internal abstract string Key { get; }

    /// <summary>Whether nothing is left for rules after it.</summary>
    internal virtual bool MatchesEverything => false;

    /// <param name="sourceLength">Of the path of the source in which the path lies.</param>
    internal abstract Finding Test(ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate, int sourceLength);

    /// <summary>Whether it would have a path scanned, but not include it, were it a directory.</summary>
    internal virtual bool CouldLeadThrough(ReadOnlySpan<byte> file) => false;

    /// <summary>Whether it could match anything beneath a source.</summary>
    internal virtual bool Reaches(ReadOnlySpan<byte> source) => true;

    /// <summary>Whether it matches all of a source.</summary>
    internal virtual bool Covers(ReadOnlySpan<byte> source) => false;
}
