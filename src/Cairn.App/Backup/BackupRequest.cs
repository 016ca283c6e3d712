using Cairn.App.Access;
using Cairn.App.Configuration;
using Cairn.App.Hosts;
using Cairn.App.Selecting;
using Cairn.Engine.Operations.Backup;

namespace Cairn.App.Backup;

/// <summary>What to back up: paths, or one stream from standard input or from a command, or a job.</summary>
public sealed record BackupRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>As given, relative to the working folder.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Paths { get; init; } = [];

    /// <summary>Name in the snapshot of the stream <see cref="Input"/>.</summary>
    public string? StandardInputName { get; init; }

    /// <summary>Borrowed.</summary>
    public Stream? Input { get; init; }

    /// <summary>Run by <c>/bin/sh -c</c>; what it prints is stored, if it ends with status 0.</summary>
    public string? Command { get; init; }

    /// <summary>Of the source; for a command also of its stream.</summary>
    public string? Name { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public SelectionRequest Selection { get; init; } = new();

    /// <summary>Against whose packs to deduplicate; null for what the configuration says.</summary>
    public TrustSetting? Trust { get; init; }

    /// <summary>
    /// The job that this is: adds its pickers and snapshotters to the paths, and brakes where the source cannot be
    /// all.
    /// </summary>
    public JobConfiguration? Job { get; init; }

    /// <summary>Record what is there now, however much less it is than before. For jobs.</summary>
    public bool IsRebaseline { get; init; }

    public TreatmentRequest Treatment { get; init; } = new();

    public bool OneFileSystem { get; init; }
    public bool ReadsAll { get; init; }

    /// <summary>Files whose change time alone has moved are not read again.</summary>
    public bool IgnoresChangeTime { get; init; }

    /// <summary>Files whose inode or device number has changed are not read again.</summary>
    public bool IgnoresInode { get; init; }

    /// <summary>How long to wait for other programs' advisory locks; null: they are not looked at.</summary>
    public TimeSpan? LockWait { get; init; }

    public bool IsDryRun { get; init; }

    /// <summary>Count beside the backup what there is to do, so that a person sees how long it will take.</summary>
    public bool CountsAhead { get; init; }
}

public sealed record BackupReport(string Location, string Source, bool IsDryRun, BackupResult Result);
