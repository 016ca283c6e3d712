using System.Security.Cryptography;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.State;
using Cairn.Engine.Storage;
using Cairn.Testing.Disks;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations;

/// <summary>
/// Looks at what a power cut left of a <see cref="PowerCutWorld"/>: every snapshot that was reported before the cut
/// reads back byte for byte (INV-1), whatever else is visible is whole (INV-3), and the next backup succeeds unaided
/// with what is left of the local state (INV-7). Throws where it is not so.
/// </summary>
static class PowerCutJudge
{
    /// <summary>The first cut and seed whose outcome is wrong, with what is wrong; null if none is.</summary>
    public static async Task<(int Cuts, string? Violation)> FindViolationAsync(
        PowerCutWorld world, int firstCut, ulong firstSeed, ulong seedsPerCut)
    {
        var cuts = 0;
        for (var cut = firstCut; cut <= world.Disk.Changes; cut++)
            // Other seeds at each cut, so that few of them come by all tempers.
            for (var seed = firstSeed + (ulong)cut * seedsPerCut; seed < firstSeed
                + (ulong)(cut + 1) * seedsPerCut; seed++)
            {
                cuts++;
                if (await TryAsync(world, cut, seed) is { } wrong)
                    return (cuts, wrong);
            }
        return (cuts, null);
    }

    /// <summary>What is wrong after that cut, or null.</summary>
    public static async Task<string?> TryAsync(PowerCutWorld world, int cut, ulong seed)
    {
        try
        {
            await JudgeAsync(world, cut, seed);
            return null;
        }
        // Any exception at all is what these tests look for.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"{world.Random}, cut behind change {cut}, cut seed {seed}: {e}\n{world.Disk.Describe(cut)}";
        }
    }

    static async Task JudgeAsync(PowerCutWorld world, int cut, ulong seed)
    {
        var after = world.On(world.Disk.CutPower(cut, seed));
        await using var store = after.OpenStore(createsRoot: world.InitAt is not { } initAt || cut < initAt);
        await AssertObjectsWholeAsync(store);
        if (!await HasRepositoryAsync(store))
        {
            Assert.True(world.InitAt is null || cut < world.InitAt, "the repository is gone");
            await after.InitAsync();
        }
        else
        {
            Assert.True(cut >= world.SavedAt, "there is a repository before its keys were saved");
            await AssertPassphrasesAsync(world, after, store, cut);
            // Reading must bear what is left of the local state too.
            var state = seed % 2 == 0 ? after.OpenState() : new MemoryStateFolder();
            var reports = world.Snapshots.Where(snapshot => snapshot.At <= cut).ToList();
            try
            {
                await AssertSnapshotsAsync(after, store, state, reports, world.Trees);
            }
            catch (IndexDamagedException)
            {
                // A reader is told so, and what is damaged is gone when he tries again.
                await AssertSnapshotsAsync(after, store, state, reports, world.Trees);
            }
        }
        var reported = after.Snapshots.Count;
        await after.BackupAsync();
        await AssertSnapshotsAsync(
            after, store, new MemoryStateFolder(), [after.Snapshots[reported]], after.Trees, onlyReported: true);
        Assert.Equal(0, world.Environment.Buffers.Outstanding);
    }

    /// <summary>Every name but one ends with the hash of what it names.</summary>
    static async Task AssertObjectsWholeAsync(IObjectStore store)
    {
        await foreach (var info in store.ListAsync("", PowerCutWorld.Token))
        {
            Assert.Null(info.ForeignName);
            if (info.Key == ObjectNames.Descriptor)
                continue;
            using var content = await store.GetAsync(info.Key, ByteRange.Whole, 1 << 26, PowerCutWorld.Token);
            var hash = Convert.ToHexStringLower(SHA256.HashData(content.Span));
            Assert.True(info.Key.Value.EndsWith(hash, StringComparison.Ordinal), $"{info.Key} is there and not whole");
        }
    }

    static async Task<bool> HasRepositoryAsync(IObjectStore store)
    {
        try
        {
            await RepositoryOpener.ReadDescriptorAsync(store, PowerCutWorld.Token);
            return true;
        }
        catch (NoRepositoryException)
        {
            return false;
        }
    }

    static async Task AssertPassphrasesAsync(PowerCutWorld world, PowerCutWorld after, IObjectStore store, int cut)
    {
        // Deriving keys is dear: only while the change is under way, and a little before and after.
        const int Around = 2;
        if (world.NewPassphraseBegun - Around > cut || world.NewPassphraseAt + Around < cut)
            return;
        var (isOldGood, isNewGood) = await after.TryPassphrasesAsync(store);
        Assert.True(isOldGood != isNewGood, "not exactly one of the two passphrases opens the repository");
        if (world.NewPassphraseAt <= cut)
            Assert.True(isNewGood, "the change of the passphrase was reported and is lost");
        if (world.NewPassphraseBegun is not { } begun || cut <= begun)
            Assert.True(isOldGood);
    }

    static async Task AssertSnapshotsAsync(
        PowerCutWorld world, IObjectStore store, IStateFolder state, IReadOnlyList<Reported> reported,
        IReadOnlyList<SavedTree> trees, bool onlyReported = false)
    {
        using var repository = await world.OpenForReadingAsync(store);
        Assert.Empty(repository.Problems);
        using var session = await ReadSession.OpenAsync(repository, state, PowerCutWorld.Token);
        Assert.Empty(session.IndexProblems);
        var listing = await SnapshotCatalog.ListAsync(repository, PowerCutWorld.Token);
        Assert.Empty(listing.Problems);
        foreach (var (_, name, _) in reported)
            Assert.True(
                listing.Snapshots.Any(snapshot => snapshot.Name == name), $"{name} was reported and is not there");
        foreach (var snapshot in listing.Snapshots)
        {
            var own = reported.FirstOrDefault(candidate => candidate.Snapshot == snapshot.Name);
            if (own is null && onlyReported)
                continue;
            var nodes = await RestoreAsync(session, snapshot);
            Assert.True(
                own is null ? trees.Any(tree => IsSame(tree, nodes)) : IsSame(own.Tree, nodes),
                $"{snapshot.Name} ({(own is null ? "not " : "")}reported) restores to another tree");
        }
    }

    static async Task<IReadOnlyDictionary<string, RestoredNode>> RestoreAsync(
        ReadSession session, SnapshotInfo snapshot)
    {
        using var target = new MemoryTarget();
        var result = await RestoreOperation.RunAsync(
            session, snapshot, target, new RestoreOptions { Workers = 1 }, new RestoreMonitor(), PowerCutWorld.Token);
        Assert.Empty(result.Failures);
        return target.Nodes;
    }

    static bool IsSame(SavedTree tree, IReadOnlyDictionary<string, RestoredNode> nodes) =>
        tree.Count == nodes.Count && tree.All(item => nodes.TryGetValue(item.Key, out var node)
            && (item.Value ?? []).AsSpan().SequenceEqual(node.Content));
}
