using Cairn.App.Reading;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Drill;
using Cairn.Engine.Operations.Dump;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Operations.Verify;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Files;
using Cairn.Files.Restoring;
using Cairn.Files.Walking;

namespace Cairn.App.Drill;

/// <summary>
/// Drills a sample of one snapshot: restores it as <c>restore</c> does, and compares what lies there as <c>verify</c>
/// does.
/// </summary>
sealed class DrillRun(
    AppEnvironment environment, OpenSnapshots open, DrillPlace place, DrillFindings findings, SnapshotInfo snapshot,
    DrillSample sample)
{
    // Whoever is not root can neither give files away nor lend their owners' rights.
    const int SetId = 0xC00;

    static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>Of the snapshot, for everything that is found.</summary>
    string Id => snapshot.ShortId;

    /// <exception cref="RestoreWriteException">Nothing further can be written.</exception>
    public async Task<(long BytesFetched, IReadOnlyList<string> Shortfalls)> RestoreAsync(
        CancellationToken cancellationToken)
    {
        var target = place.PathOf(Id);
        var monitor = new RestoreMonitor();
        environment.Events.Start(
            $"drilling {ByteText.Show(ByteText.ToBytes(snapshot.Source))}: {Describe(sample)} of snapshot {Id}",
            monitor);
        var options = new RestoreOptions { Selection = sample, Workers = environment.Workers };
        RestoreResult result;
        using (var directory = DirectoryTarget.Open(target, new RestoreTargetOptions { NoOwner = !IsRoot }))
            result = await RestoreOperation.RunAsync(
                open.Session, snapshot, directory, options, monitor, cancellationToken);
        foreach (var failure in result.Failures)
            findings.Add(
                failure.IsDamage ? DrillFindingKind.Damage : DrillFindingKind.NotRestored, Id, Absolute(failure.Path),
                failure.Message);
        findings.Add(DrillFindingKind.NotRestored, result.FailureCount - result.Failures.Count);
        await ReadStreamsAsync(cancellationToken);
        await CompareAsync(target, cancellationToken);
        return (result.BytesFetched, [.. result.Shortfalls]);
    }

    async Task ReadStreamsAsync(CancellationToken cancellationToken)
    {
        foreach (var name in sample.Streams)
        {
            var monitor = new DumpMonitor();
            environment.Events.Watch(monitor);
            try
            {
                await DrillStreams.ReadAsync(
                    open.Session, snapshot, name, environment.Workers, monitor, cancellationToken);
            }
            catch (DamagedObjectException e)
            {
                findings.Add(DrillFindingKind.Damage, Id, name, e.Message);
            }
        }
    }

    async Task CompareAsync(byte[] target, CancellationToken cancellationToken)
    {
        var options = new VerifyOptions
        {
            DiskPath = target.AsMemory(1), IncludesTop = false, Selection = sample, SeesAllAttributes = IsRoot,
            Workers = environment.Workers,
        };
        await VerifyAsync(options, [target], difference =>
        {
            var path = Absolute(difference.Path);
            var changes = WithoutOwner(difference);
            // What failed is missing or half; that was told.
            if (changes != VerifyChanges.None && !findings.Has(Id, path))
                findings.Add(
                    DrillFindingKind.Difference, Id, path, "it was restored otherwise than the snapshot has it",
                    changes);
        }, cancellationToken);
    }

    static VerifyChanges WithoutOwner(VerifyDifference difference)
    {
        var changes = difference.Changes;
        if (IsRoot || difference.Snapshot is not { } snapshot || difference.Disk is not { } disk)
            return changes;
        changes &= ~VerifyChanges.Owner;
        return ((snapshot.Mode ^ disk.Mode) & ~SetId) == 0 ? changes & ~VerifyChanges.Mode : changes;
    }

    /// <summary>Compares the sample with the files that it was made of; they are on this machine.</summary>
    public async Task<SourceTally> CompareSourceAsync(CancellationToken cancellationToken)
    {
        var (changed, gone) = (0L, 0L);
        var options = new VerifyOptions
        {
            Selection = sample, SeesAllAttributes = IsRoot, Workers = environment.Workers,
        };
        var result = await VerifyAsync(options, snapshot.Roots, difference =>
        {
            // Whatever else is added or removed in a directory changes it.
            if (difference.Snapshot is not { Kind: not EntryKind.Directory } saved)
                return;
            if (difference.Disk is not { } disk)
                gone++;
            else if (IsChangedSince(disk))
                changed++;
            else if (disk.Kind == EntryKind.Symlink && saved.Kind != EntryKind.Symlink)
                // Older than the snapshot, which has what it led to: it was followed.
                return;
            else
                findings.Add(
                    DrillFindingKind.SourceDifference, Id, Absolute(difference.Path),
                    "the file is not what the snapshot has, and no time says that it was changed since",
                    difference.Changes);
        }, cancellationToken);
        return new SourceTally(result?.Files ?? 0, changed, gone);
    }

    // The kernel's clock for files is a little behind, and a file system's may count in twos of seconds.
    bool IsChangedSince(Entry disk)
    {
        var limit = snapshot.Time.ToUnixTimeSeconds() - 2;
        return disk.Stamp.Changed.Seconds >= limit || disk.Modified.Seconds >= limit;
    }

    async Task<VerifyResult?> VerifyAsync(
        VerifyOptions options, IReadOnlyList<ReadOnlyMemory<byte>> roots, Action<VerifyDifference> receive,
        CancellationToken cancellationToken)
    {
        var monitor = new WorkMonitor("comparing");
        environment.Events.Watch(monitor);
        var source = FileTrees.Source(new FileTreeOptions { Sources = roots });
        var operation = new VerifyOperation(open.Session, snapshot, source, options, monitor);
        try
        {
            var result = await operation.RunAsync(receive, cancellationToken);
            foreach (var problem in operation.Problems)
                findings.Add(DrillFindingKind.Unread, Id, problem.Path, problem.Message);
            findings.Add(DrillFindingKind.Unread, result.Unread - operation.Problems.Count);
            return result;
        }
        catch (DamagedObjectException e)
        {
            findings.Add(DrillFindingKind.Damage, Id, path: default, e.Message);
            return null;
        }
    }

    static string Describe(DrillSample sample)
    {
        var streams = sample.Streams.Count;
        var files = $"{sample.Files} {(sample.Files == 1 ? "file" : "files")} ({ByteSize.Format(sample.Bytes)})";
        return streams == 0 ? files
            : (sample.Files > 0 ? $"{files}, " : "")
                + $"{streams} {(streams == 1 ? "stream" : "streams")} ({ByteSize.Format(sample.StreamBytes)})";
    }

    static ReadOnlyMemory<byte> Absolute(ReadOnlyMemory<byte> path) =>
        path.IsEmpty ? path : (byte[])[(byte)'/', .. path.Span];
}
