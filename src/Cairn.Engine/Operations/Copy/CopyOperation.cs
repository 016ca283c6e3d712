using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Manifests;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Snapshots;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Copy;

/// <summary>
/// Copies snapshots into another repository, which has other keys. There it is just another writer: it needs the
/// credential of a host, adds objects, and commits each snapshot as a backup does (docs/design/commit-protocol.md, H1
/// to H6). What was copied before is neither read nor stored again (docs/design/copy.md).
/// </summary>
public static class CopyOperation
{
    /// <param name="snapshots">Ascending by time, as the result is.</param>
    /// <param name="state">The target's local state.</param>
    public static async Task<CopyResult> RunAsync(
        ReadSession source, IReadOnlyList<SnapshotInfo> snapshots, Repository target, IStateFolder state,
        CopyOptions options, CopyMonitor monitor, CancellationToken cancellationToken)
    {
        BackupOperation.RequireEnrolled(target);
        if (source.Repository.Id == target.Id)
            throw new ArgumentException("source and target are the same repository");
        try
        {
            return await CopyAsync(source, snapshots, target, state, options, monitor, cancellationToken);
        }
        catch (IndexDamagedException)
        {
            // As in a backup: a damaged cache costs time and not the copy (INV-7). What is committed is not copied
            // again.
            BlobIndex.DeleteFiles(state);
            return await CopyAsync(source, snapshots, target, state, options, monitor, cancellationToken);
        }
    }

    static async Task<CopyResult> CopyAsync(
        ReadSession source, IReadOnlyList<SnapshotInfo> snapshots, Repository target, IStateFolder state,
        CopyOptions options, CopyMonitor monitor, CancellationToken cancellationToken)
    {
        var started = target.Environment.Time.GetTimestamp();
        monitor.Begin("reading the index");
        var retired = new RetiredLog(target.Store, target.Keys, target.Signers);
        await retired.LookAsync(cancellationToken);
        var (index, _) = await LocalIndex.OpenAsync(target, state, retired, IndexUse.Writing, cancellationToken);
        using var opened = index;
        options.Trust.Apply(target, index);
        var sawPacks = await TargetPacks.ExcludeMissingAsync(target.Store, index, cancellationToken);
        var before = await CopiedBefore.ReadAsync(target, state, retired, cancellationToken);
        using var memory = new PairMemory(state, source.Repository.Id, target.Id, options.Limits.Pairs);
        var run = new Run(source, target, state, index, retired, memory, before, options, monitor);
        var outcomes = await run.CopyAllAsync(snapshots, cancellationToken);
        return new CopyResult
        {
            Snapshots = outcomes, BlobsRead = monitor.BlobsRead, BytesRead = monitor.BytesRead,
            BlobsStored = monitor.Written.Blobs, BytesStoredPlain = monitor.Written.PlainBytes,
            PacksStored = monitor.Written.Packs, BytesStored = monitor.Written.PackBytes, SawPacks = sawPacks,
            Elapsed = target.Environment.Time.GetElapsedTime(started),
        };
    }

    sealed class Run(
        ReadSession source, Repository target, IStateFolder state, BlobIndex index, RetiredLog retired,
        PairMemory memory, CopiedBefore before, CopyOptions options, CopyMonitor monitor)
    {
        readonly RowsCounted _counted = new();
        bool _hasTakenUp;

        public async Task<IReadOnlyList<CopiedSnapshot>> CopyAllAsync(
            IReadOnlyList<SnapshotInfo> snapshots, CancellationToken cancellationToken)
        {
            var results = new CopiedSnapshot[snapshots.Count];
            var missing = new List<int>();
            for (var i = 0; i < snapshots.Count; i++)
            {
                var found = before.Find(source.Repository, snapshots[i]);
                if (found is { } known && !(known.Outcome == CopyOutcome.Forgotten && options.CopiesForgotten))
                    results[i] = new CopiedSnapshot(snapshots[i], known.Outcome, known.Target);
                else
                    missing.Add(i);
            }
            foreach (var i in missing)
                monitor.Expect(snapshots[i].Statistics.Files, snapshots[i].Statistics.Bytes);
            try
            {
                foreach (var i in missing)
                    results[i] = await CopyAsync(snapshots[i], cancellationToken);
            }
            finally
            {
                // What was found out is of use also to the run after one that failed.
                if (!options.IsDryRun)
                    memory.Flush();
            }
            return results;
        }

        async Task<CopiedSnapshot> CopyAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
        {
            for (var attempt = 1; attempt <= SnapshotCommit.AttemptsMax; attempt++)
            {
                if (await TryCopyAsync(snapshot, cancellationToken) is { } result)
                    return result;
            }
            throw new CommitException(
                $"what the copy of {snapshot.ShortId} relies on was condemned {SnapshotCommit.AttemptsMax} times in a "
                + "row. It was not recorded: look whether some prune runs without pause");
        }

        /// <summary>One attempt; null if it must be made again because of what was condemned meanwhile.</summary>
        async Task<CopiedSnapshot?> TryCopyAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
        {
            var mark = CopyMark.Of(target, source.Repository, snapshot);
            var session = new BackupSession(target, index, retired, state, options.ToBackup(snapshot))
            {
                NameFinal = () => mark.ToUlid(target.Environment.Time),
            };
            if (!options.IsDryRun && !_hasTakenUp)
                await session.TakeUpStoredPacksAsync(cancellationToken);
            _hasTakenUp = true;
            monitor.Begin($"copying {snapshot.ShortId}");
            var needs = new NeedSet(index);
            await using var writer = new BlobWriter(
                target, index, needs, monitor.Written,
                new WriteOptions { PacksInFlightMax = options.PacksInFlightMax, IsDryRun = options.IsDryRun },
                session.AddStored, cancellationToken);
            var destination = new RepositoryTarget(index, writer);
            using var fetcher = new BlobFetcher(source, target, destination, memory, _counted, options, monitor);
            using var copier = new SnapshotCopier(source, target, destination, fetcher, options, monitor);
            var root = await PassAsync(copier, snapshot, session, needs, writer, cancellationToken);
            if (copier.Problems.Count > 0)
            {
                // What was stored of it may serve other snapshots of this run, which announce it.
                await writer.FlushAsync();
                await session.WriteIndexAsync(cancellationToken);
                return new CopiedSnapshot(snapshot, CopyOutcome.Damaged, Target: null) { Problems = copier.Problems };
            }
            if (options.IsDryRun)
                return new CopiedSnapshot(snapshot, CopyOutcome.Copied, Target: null);
            await writer.FlushAsync();
            var origin = snapshot.Origin
                ?? await OriginReader.ReadAsync(source.Repository, snapshot.Name, cancellationToken);
            var commit = new SnapshotCommit(target, session);
            if (await commit.RunAsync(needs, () => Describe(snapshot, root!.Value, origin), cancellationToken)
                is not { } name)
                return null;
            before.Remember(mark, name.Hash);
            return new CopiedSnapshot(snapshot, CopyOutcome.Copied, name.Hash);
        }

        async Task<ManifestRoot?> PassAsync(
            SnapshotCopier copier, SnapshotInfo snapshot, BackupSession session, NeedSet needs, BlobWriter writer,
            CancellationToken cancellationToken)
        {
            if (options.IsDryRun)
                return await copier.RunAsync(snapshot, cancellationToken);
            await using var checkpoints = new Checkpoints(
                session, needs, options.ToBackup(snapshot), target.Environment, cancellationToken);
            // A copy that can no longer store must not go on reading for hours before somebody notices.
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(checkpoints.Token, writer.Stopped);
            try
            {
                var root = await copier.RunAsync(snapshot, stop.Token);
                await checkpoints.StopAsync();
                return root;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                writer.ThrowIfFailed();
                await checkpoints.StopAsync();
                throw;
            }
        }

        SnapshotInfo Describe(SnapshotInfo snapshot, ManifestRoot root, SnapshotOrigin origin) => snapshot with
        {
            Name = default, Manifest = root.Id, ManifestLevel = root.Level, Program = options.Program, Parent = null,
            Origin = origin,
        };
    }
}
