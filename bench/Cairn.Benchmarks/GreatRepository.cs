using System.Text;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Init;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Storage.Local;
using Cairn.Storage.State;

namespace Cairn.Benchmarks;

/// <summary>
/// A repository of very many blobs and snapshots, made by the engine, for what goes by ledgers and tables alone: prune,
/// lease, stats. Blobs are tiny and snapshots have no files, since none of these looks at either; each ledger names
/// nine packs in ten, most of them in part. The passphrase is "bench".
/// </summary>
static class GreatRepository
{
    const int BlobBytes = 24;

    // As many blobs of 100 KB as fill a pack.
    const int BlobsPerPack = 320;

    public static async Task MakeAsync(string folder, int blobs, int snapshots)
    {
        var time = TimeProvider.System;
        var environment = new EngineEnvironment(time, SystemRandom.Instance, new BufferPool());
        var store = new LocalStore(folder, folder, new LocalStoreOptions { CreateRoot = true });
        using var passphrase = SecretKey.CopyFrom("bench"u8);
        using var init = await InitOperation.RunAsync(
            store,
            new InitOptions
            {
                Passphrase = passphrase, HostName = "bench", PackBytes = Descriptor.PackBytesMin,
            },
            environment, default);
        using var repository = await RepositoryOpener.OpenWithCredentialAsync(
            store, init.Credential, environment, default);
        var state = new FileStateFolder(folder + ".state", time);
        var retired = new RetiredLog(repository.Store, repository.Keys, repository.Signers);
        var (index, _) = await LocalIndex.OpenAsync(repository, state, retired, IndexUse.Writing, default);
        using var opened = index;
        var session = new BackupSession(repository, index, retired, state, Options);
        await StoreAsync(repository, index, session, blobs);
        var packs = index.EnumeratePacks().ToList();
        Console.WriteLine($"{blobs} blobs in {packs.Count} packs");
        for (var snapshot = 0; snapshot < snapshots; snapshot++)
        {
            var needs = NeedsOf(index, packs, snapshot, snapshots);
            var name = await new SnapshotCommit(repository, session).RunAsync(
                needs, () => Describe(time, snapshot), default);
            Invariant.That(name is not null);
        }
        Console.WriteLine($"{snapshots} snapshots");
    }

    static BackupOptions Options { get; } = new()
    {
        Source = "bench", Roots = [Encoding.UTF8.GetBytes("/bench")], UserName = "bench", Program = "bench",
        Workers = 1,
    };

    static async Task StoreAsync(Repository repository, BlobIndex index, BackupSession session, int blobs)
    {
        await using var writer = new BlobWriter(
            repository, index, new NeedSet(index), new WriteCounters(), new WriteOptions(), session.AddStored, default);
        using var worker = new BlobWorker(repository.Environment.Buffers, BlobWorker.NoCompression);
        var content = new byte[BlobBytes];
        for (var blob = 0; blob < blobs; blob++)
        {
            BitConverter.TryWriteBytes(content, blob);
            writer.Store(BlobKind.Chunk, content, worker);
            if (blob % BlobsPerPack == BlobsPerPack - 1)
                await writer.FlushAsync();
            if (session.IsIndexDue)
                await session.WriteIndexAsync(default);
        }
        await writer.FlushAsync();
        await session.WriteIndexAsync(default);
    }

    // Nine packs in ten, later ones from snapshot to snapshot. Of a third of them all rows, of the others all but one,
    // and of each twentieth pack the second half of the snapshots needs but a third.
    static NeedSet NeedsOf(BlobIndex index, List<PackNumber> packs, int snapshot, int snapshots)
    {
        var needs = new NeedSet(index);
        var first = (int)((long)packs.Count * snapshot / snapshots / 10);
        foreach (var (i, pack) in packs.Index().Skip(first).Take(packs.Count * 9 / 10))
        {
            var rows = index.GetPack(pack).RowCount;
            if (i % 3 == 0)
                needs.MarkAll(pack, rows);
            else if (i % 20 == 1 && snapshot >= snapshots / 2)
                Mark(needs, pack, rows, row => row % 3 == 0);
            else
                Mark(needs, pack, rows, row => row != snapshot % rows);
        }
        return needs;
    }

    static void Mark(NeedSet needs, PackNumber pack, int rows, Func<int, bool> isNeeded)
    {
        for (var row = 0; row < rows; row++)
        {
            if (isNeeded(row))
                needs.Mark(new BlobLocation(pack, row));
        }
    }

    static SnapshotInfo Describe(TimeProvider time, int snapshot) => new()
    {
        Name = default, Time = time.GetUtcNow(), Finished = time.GetUtcNow(), HostName = "bench", UserName = "bench",
        Source = "bench", Roots = Options.Roots, Tags = [], Manifest = default, ManifestLevel = 0,
        Statistics = new SnapshotStatistics(), Problems = [], ProblemCount = 0, Program = $"bench {snapshot}",
        Parent = null,
    };
}
