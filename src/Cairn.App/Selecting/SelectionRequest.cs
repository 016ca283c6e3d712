namespace Cairn.App.Selecting;

/// <summary>What of the sources is meant.</summary>
public sealed record SelectionRequest
{
    /// <summary>In order: the first that matches decides. Those of the configuration follow.</summary>
    public IReadOnlyList<RuleText> Rules { get; init; } = [];

    /// <summary>A file that lists all that is meant, or <c>-</c> for <see cref="Input"/>; null: everything.</summary>
    public string? FilesFrom { get; init; }

    /// <summary>Whether lists have NUL between their entries instead of the ends of lines.</summary>
    public bool NullSeparated { get; init; }

    /// <summary>Whether duplicity's rules are meant, with what it makes of paths that none of them decides.</summary>
    public bool LikeDuplicity { get; init; }

    /// <summary>Standard input, for a list that is called <c>-</c>. Borrowed.</summary>
    public Stream? Input { get; init; }

    public bool IsEmpty => Rules.Count == 0 && FilesFrom is null && !LikeDuplicity;
}
