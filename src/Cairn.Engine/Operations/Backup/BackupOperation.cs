using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Manifests;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Snapshots;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Backs up: walk → compare → read → cut → id → known? → compress → encrypt → pack → store; then the commit: index,
/// ledger, look, snapshot, look (docs/design/commit-protocol.md, H1 to H6). Needs only a host's credential and the
/// rights to add objects and read the small prefixes; overwrites and deletes nothing (INV-2).
/// </summary>
public static class BackupOperation
{
    public static async Task<BackupResult> RunAsync(
        Repository repository, IStateFolder state, BackupInput input, BackupOptions options, BackupMonitor monitor,
        CancellationToken cancellationToken)
    {
        RequireEnrolled(repository);
        var started = repository.Environment.Time.GetUtcNow();
        try
        {
            return await RunAsync(repository, state, input, options, monitor, started, cancellationToken);
        }
        catch (IndexDamagedException) when (input.Streams.Count == 0)
        {
            // Most pages of the index are checked only when they are touched. A damaged cache costs time and not the
            // night's backup (INV-7): all of it goes, for where one page is torn others may be, and what was stored is
            // taken up.
            BlobIndex.DeleteFiles(state);
            return await RunAsync(repository, state, input, options, monitor, started, cancellationToken);
        }
    }

    static async Task<BackupResult> RunAsync(
        Repository repository, IStateFolder state, BackupInput input, BackupOptions options, BackupMonitor monitor,
        DateTimeOffset started, CancellationToken cancellationToken)
    {
        monitor.Begin("reading the index");
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers);
        await retired.LookAsync(cancellationToken);
        using var index = await OpenIndexAsync(repository, state, retired, input, cancellationToken);
        options.Trust.Apply(repository, index);
        var lapses = LeaseCover.Apply(repository, index, retired);
        var session = new BackupSession(repository, index, retired, state, options);
        if (!options.IsDryRun && !lapses)
            await session.TakeUpStoredPacksAsync(cancellationToken);
        var run = new Run(repository, state, index, session, input, options, monitor, started);
        for (var attempt = 1; attempt <= SnapshotCommit.AttemptsMax; attempt++)
        {
            if (await run.TryAsync(cancellationToken) is { } result)
                return result with { LocksLapse = lapses };
            if (input.Streams.Count > 0)
                throw new CommitException(
                    "what this backup relies on was condemned by a prune meanwhile, and a stream cannot be read twice. "
                    + "Nothing was recorded: run it again");
        }
        throw new CommitException(
            $"what this backup relies on was condemned {SnapshotCommit.AttemptsMax} times in a row. "
            + "Nothing was recorded: look whether some prune runs without pause");
    }

    // A stream cannot be read twice, so damage of the index must show before it is begun.
    static async Task<BlobIndex> OpenIndexAsync(
        Repository repository, IStateFolder state, RetiredLog retired, BackupInput input,
        CancellationToken cancellationToken)
    {
        var (index, _) = await LocalIndex.OpenAsync(repository, state, retired, IndexUse.Writing, cancellationToken);
        if (input.Streams.Count == 0)
            return index;
        try
        {
            index.Verify(cancellationToken);
            return index;
        }
        catch (IndexDamagedException)
        {
            index.Dispose();
            BlobIndex.DeleteFiles(state);
        }
        catch (OperationCanceledException)
        {
            index.Dispose();
            throw;
        }
        return (await LocalIndex.OpenAsync(repository, state, retired, IndexUse.Writing, cancellationToken)).Index;
    }

    // Readers would pass over all that such a host writes: a backup that nobody can restore.
    internal static void RequireEnrolled(Repository repository)
    {
        var host = repository.RequireHost();
        if (repository.Signers.IsActive(host.Id))
            return;
        throw new CredentialException(repository.Signers.FindEnrolled(host.Id) is { Revoked: { } when }
            ? $"this machine, {host.Name} ({host.Id}), was revoked from the repository at {repository.Store.Location} "
            + $"on {when.UtcDateTime:yyyy-MM-dd}: nothing that it stores counts any more. If that was a mistake, let "
            + "it be enrolled anew: cairn host request"
            : $"this machine's credential ({host.Id}) is not enrolled in the repository at "
            + $"{repository.Store.Location}. Have it enrolled: cairn host request");
    }

    sealed class Run(
        Repository repository, IStateFolder state, BlobIndex index, BackupSession session, BackupInput input,
        BackupOptions options, BackupMonitor monitor, DateTimeOffset started)
    {
        readonly ProblemLog _problems = new();

        /// <summary>One attempt; null if it must be made again because of what was condemned meanwhile.</summary>
        public async Task<BackupResult?> TryAsync(CancellationToken cancellationToken)
        {
            _problems.Clear();
            monitor.BeginPass();
            monitor.Begin("reading");
            var source = new Bytes32(KeyedName.Of(repository.Shared.Index, options.Source).AsSpan());
            using var former = LocalManifest.TryOpen(state, repository.Id, source);
            using var local = options.IsDryRun ? null : new LocalManifestWriter(state, repository.Id, source);
            var needs = new NeedSet(index);
            await using var writer = new BlobWriter(
                repository, index, needs, monitor.Written,
                new WriteOptions { PacksInFlightMax = options.PacksInFlightMax, IsDryRun = options.IsDryRun },
                session.AddStored, cancellationToken);
            var root = await PassAsync(writer, needs, former, local, cancellationToken);
            if (options.RefusesCollapse)
                FormerSource.RefuseCollapse(former, monitor.ToStatistics().EntriesVanished);
            if (options.IsDryRun)
                return ToResult(snapshot: null);

            monitor.Begin("committing");
            await writer.FlushAsync();
            var parent = former?.Snapshot is { } known && known != LocalManifest.NotPushed ? known : (ObjectHash?)null;
            SnapshotInfo Description() => Describe(root, parent);
            if (options.IsSpooled)
            {
                var id = await new SpooledCommit(repository, session).RunAsync(needs, Description, cancellationToken);
                if (id is null)
                    return null;
                local!.Commit(LocalManifest.NotPushed);
                return ToResult(snapshot: null) with { Spooled = id };
            }
            var commit = new SnapshotCommit(repository, session);
            var snapshot = await commit.RunAsync(needs, Description, cancellationToken);
            if (snapshot is not { } committed)
                return null;
            local!.Commit(committed.Hash);
            return ToResult(committed);
        }

        async Task<ManifestRoot> PassAsync(
            BlobWriter writer, NeedSet needs, LocalManifest? former, LocalManifestWriter? local,
            CancellationToken cancellationToken)
        {
            await using var checkpoints = new Checkpoints(
                session, needs, options, repository.Environment, cancellationToken);
            using var pass = new BackupPass(
                repository, writer, former, local, input, options, monitor, _problems, checkpoints.Token);
            try
            {
                var root = await pass.RunAsync();
                await checkpoints.StopAsync();
                return root;
            }
            catch (OperationCanceledException) when (checkpoints.Failure is not null)
            {
                await checkpoints.StopAsync();
                throw;
            }
        }

        SnapshotInfo Describe(ManifestRoot root, ObjectHash? parent) => new()
        {
            Name = default, Time = started, Finished = repository.Environment.Time.GetUtcNow(),
            HostName = repository.RequireHost().Name, UserName = options.UserName, Source = options.Source,
            Roots = options.Roots, Tags = [.. options.Tags.Distinct().Order(StringComparer.Ordinal)],
            Manifest = root.Id, ManifestLevel = root.Level, Statistics = monitor.ToStatistics(),
            Problems = _problems.Kept, ProblemCount = _problems.Count, Program = options.Program, Parent = parent,
        };

        BackupResult ToResult(SnapshotName? snapshot) => new(
            snapshot, monitor.ToStatistics(), _problems.Kept, _problems.Count, IsPartial: _problems.HasErrors,
            repository.Environment.Time.GetUtcNow() - started);
    }
}
