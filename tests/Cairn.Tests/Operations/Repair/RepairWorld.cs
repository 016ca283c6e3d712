using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Operations.Repair;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Sources;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Tests.Operations.Backup;
using Cairn.Tests.Operations.Copy;

namespace Cairn.Tests.Operations.Repair;

/// <summary>What there is to heal from.</summary>
public enum Donor { Mirror, Copy, Original }

/// <summary>Damages copies of a repository and has them healed.</summary>
static class RepairWorld
{
    public static async Task<RepairResult> RepairAsync(
        TestRepository damaged, TestRepository? from = null, IFileSource? disk = null, bool isPlan = false,
        bool isQuick = false, IObjectStore? store = null)
    {
        using var repository = await damaged.OpenForReadingAsync(store ?? damaged.Store);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        using var other = from is null ? null : await from.OpenForReadingAsync();
        using var otherSession = other is null
            ? null : await ReadSession.OpenAsync(other, new MemoryStateFolder(), default);
        var options = new RepairOptions
        {
            Workers = 2, From = otherSession, Disk = disk is null ? null : _ => disk, IsPlan = isPlan,
            IsQuick = isQuick,
        };
        var result = await RepairOperation.RunAsync(session, options, new RepairMonitor(), default);
        Assert.Equal(0, damaged.Environment.Buffers.Outstanding);
        return result;
    }

    public static async Task PruneAsync(TestRepository test)
    {
        using var repository = await test.OpenForReadingAsync();
        var options = new PruneOptions
        {
            Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero, MaxUnusedPercent = 0, IsDryRun = false,
        };
        await PruneOperation.RunAsync(
            repository, new MemoryStateFolder(), options, new WorkMonitor("pruning"), default);
    }

    public static async Task<IReadOnlyList<string>> CheckAsync(TestRepository test)
    {
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        var options = new Cairn.Engine.Operations.Check.CheckOptions { ReadDataPercent = 100, Workers = 2 };
        var result = await Cairn.Engine.Operations.Check.CheckOperation.RunAsync(
            session, options, new Cairn.Engine.Operations.Check.CheckMonitor(), default);
        return
        [
            .. result.Findings.Where(finding => finding.Severity != Engine.Operations.Check.CheckSeverity.Note)
                .Select(finding => $"{finding.Object}: {finding.Message}"),
        ];
    }

    /// <summary>Every snapshot restores to the tree of its turn, without anything but the repository.</summary>
    public static async Task AssertRestoresAsync(
        TestRepository test, IReadOnlyList<SortedDictionary<string, Expected>> trees)
    {
        using var repository = await test.OpenForReadingAsync();
        var listing = await Engine.Snapshots.SnapshotCatalog.ListAsync(repository, default);
        Assert.Empty(listing.Problems);
        Assert.Equal(trees.Count, listing.Snapshots.Count);
        foreach (var (snapshot, tree) in listing.Snapshots.Zip(trees))
        {
            var (result, target) = await RestoreHarness.RestoreAsync(test, snapshot);
            Assert.Empty(result.Failures);
            Assert.Equal(tree.Keys, target.Nodes.Keys);
            foreach (var (path, expected) in tree)
            {
                if (expected.Content is { } content)
                    Assert.True(content.AsSpan().SequenceEqual(target.Nodes[path].Content), path);
            }
        }
    }

    public static IEnumerable<string> PacksOf(SortedDictionary<string, byte[]> objects) =>
        objects.Keys.Where(name => name.StartsWith(ObjectNames.Packs, StringComparison.Ordinal));
}
