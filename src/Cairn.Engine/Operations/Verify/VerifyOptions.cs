using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Restore;

namespace Cairn.Engine.Operations.Verify;

public sealed record VerifyOptions
{
    /// <summary>What of the snapshot is compared, without a leading slash; empty for everything.</summary>
    public ReadOnlyMemory<byte> Path { get; init; }

    /// <summary>
    /// Where that lies on the disk, as the walk names it, without a leading slash. Differs from <see cref="Path"/> for
    /// what was restored elsewhere.
    /// </summary>
    public ReadOnlyMemory<byte> DiskPath { get; init; }

    /// <summary>Whether the entry at <see cref="Path"/> itself is compared, and not only what is below it.</summary>
    public bool IncludesTop { get; init; } = true;

    /// <summary>
    /// Null: everything. Otherwise only what it includes is compared, and directories that both sides have; whatever
    /// else is on one side alone is not told.
    /// </summary>
    public IRestoreSelection? Selection { get; init; }

    /// <summary>Files of the same size and time of modification are taken for equal, and not read.</summary>
    public bool IsQuick { get; init; }

    /// <summary>Off where some kinds of attributes (trusted.*) cannot be seen on the disk: they are not
    /// compared then.</summary>
    public bool SeesAllAttributes { get; init; } = true;

    /// <summary>Files read at once.</summary>
    public int Workers { get; init; } = 1;
}

[Flags]
public enum VerifyChanges
{
    None = 0,
    Missing = 1,
    Added = 2,
    Kind = 4,
    Content = 8,
    Mode = 16,
    Owner = 32,
    Modified = 64,
    Target = 128,
    Device = 256,
    Attributes = 512,
    Flags = 1024,
}

/// <summary>Something on the disk is not as the snapshot has it.</summary>
/// <param name="Path">Inside the snapshot, without a leading slash.</param>
/// <param name="Snapshot">Null if it is on the disk alone.</param>
/// <param name="Disk">Null if it is in the snapshot alone.</param>
public sealed record VerifyDifference(
    ReadOnlyMemory<byte> Path, Entry? Snapshot, Entry? Disk, VerifyChanges Changes);

/// <param name="Files">Files of the snapshot that were looked at.</param>
/// <param name="BytesRead">Of files on the disk.</param>
/// <param name="Streams">Of the snapshot: there is nothing on the disk to compare them with.</param>
/// <param name="Unread">Files and directories of the disk that could not be read: nothing can be said of
/// them.</param>
public sealed record VerifyResult(long Files, long BytesRead, long Streams, long Differences, long Unread);
