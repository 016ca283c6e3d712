using Cairn.Engine.Entries;

namespace Cairn.Files.Selecting;

public enum Verdict
{
    Include,

    /// <summary>Left out; a directory with everything beneath it, which is not even looked at.</summary>
    Exclude,
}

/// <summary>
/// Decides what of the sources is backed up. Asked on the walking thread only, for a directory before anything in it;
/// never for the sources themselves and their ancestors: what somebody named is meant.
/// </summary>
public interface ISelection
{
    /// <param name="path">Absolute, as bytes.</param>
    Verdict Decide(ReadOnlySpan<byte> path, EntryKind kind);
}
