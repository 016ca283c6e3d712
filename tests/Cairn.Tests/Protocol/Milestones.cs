namespace Cairn.Tests.Protocol;

/// <summary>What a configuration must show to be possible, or its safety would say nothing.</summary>
[Flags]
enum Milestones : uint
{
    None = 0,

    /// <summary>A host has reported a snapshot.</summary>
    Commit = 1,

    /// <summary>A host has reported a snapshot in a later run, after a crash or a look that made it.</summary>
    CommitAfterAll = 2,

    /// <summary>A snapshot was reported that needs a pack which was there before.</summary>
    Deduplication = 4,

    /// <summary>A pack was deleted.</summary>
    Deletion = 8,

    /// <summary>A condemned pack is needed by a snapshot and stays.</summary>
    Spared = 16,

    Void = 32,

    /// <summary>A snapshot is read through a move, its old pack gone.</summary>
    Repack = 64,
}
