using Cairn.Engine.Entries;

namespace Cairn.Files.Selecting;

public enum Verdict
{
    Include,

    /// <summary>Left out; a directory with everything beneath it, which is not even looked at.</summary>
    Exclude,

    /// <summary>A directory that is recorded only if something beneath it is included.</summary>
    Scan,
}

/// <summary>
/// Decides what of the sources is backed up. Asked for a directory before anything in it; never for the sources
/// themselves and their ancestors: what somebody named is meant. Several walks may ask at the same time.
/// </summary>
public interface ISelection
{
    /// <param name="path">Absolute, as bytes.</param>
    /// <param name="candidate">What is at the path.</param>
    Verdict Decide(ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate);
}

/// <summary>What a rule may ask of the thing it decides about. Each question costs a system call.</summary>
public interface ICandidate
{
    /// <summary>Null if it cannot be told.</summary>
    (long Size, FileTime Modified)? SizeAndTime { get; }

    /// <summary>Whether a directory has something of this name; false if it cannot be told.</summary>
    bool Contains(ReadOnlySpan<byte> name);

    /// <summary>Whether a directory has a regular file of this name that begins so.</summary>
    bool ContainsFile(ReadOnlySpan<byte> name, ReadOnlySpan<byte> beginning);
}
