using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;
using Cairn.Testing;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations;

public sealed class CheckOperationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(100)]
    public async Task A_sound_repository_has_nothing_to_report(double percent)
    {
        await using var test = await SampleAsync();
        var result = await CheckAsync(test, percent);
        Assert.Empty(result.Findings);
        Assert.Empty(result.LostFiles);
        Assert.Equal(2, result.Snapshots);
        Assert.Equal(test.Store.Count, (await test.ObjectsAsync()).Count);
        Assert.Equal(percent switch { 0 => 0, 100 => result.Packs, _ => (result.Packs + 1) / 2 }, result.PacksRead);
    }

    [Fact]
    public async Task One_flipped_bit_anywhere_is_reported_when_all_is_read_INV_6()
    {
        await using var test = await SampleAsync();
        var random = new SeededRandom(2026);
        foreach (var (name, bytes) in await test.ObjectsAsync())
        {
            for (var i = 0; i < 6; i++)
            {
                // The first bytes have fields of their own; the rest is drawn.
                var position = i switch { 0 => 5, 1 => bytes.Length - 1, 2 => 0, _ => random.NextInt(bytes.Length) };
                var bit = random.NextInt(8);
                await using var damaged = await test.CopyAsync();
                var copy = bytes.ToArray();
                copy[position] ^= (byte)(1 << bit);
                damaged.Store.Plant(name, copy);
                Assert.True(await IsReportedAsync(damaged, name), $"{name}: bit {bit} of byte {position} ({random})");
            }
        }
    }

    [Fact]
    public async Task Every_deleted_object_but_a_snapshot_is_missed()
    {
        await using var test = await SampleAsync();
        foreach (var name in (await test.ObjectsAsync()).Keys)
        {
            // A deleted snapshot looks like a run that was cut off before its commit.
            if (name.StartsWith("snapshots/", StringComparison.Ordinal))
                continue;
            await using var damaged = await test.CopyAsync();
            await damaged.Store.DeleteAsync(new ObjectKey(name), TestContext.Current.CancellationToken);
            // The newest ledger belongs to a snapshot; only one without would not be missed.
            Assert.True(await IsReportedAsync(damaged, name), $"{name} was deleted and not missed");
        }
    }

    [Fact]
    public async Task Every_truncated_object_is_reported_without_reading_data()
    {
        await using var test = await SampleAsync();
        foreach (var (name, bytes) in await test.ObjectsAsync())
        {
            await using var damaged = await test.CopyAsync();
            damaged.Store.Plant(name, bytes.AsSpan(0, bytes.Length - 1));
            Assert.True(await IsReportedAsync(damaged, name, percent: 0), $"{name} was truncated");
        }
    }

    [Fact]
    public async Task Lost_files_are_named_for_every_snapshot_and_no_others()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var writer = new TestSnapshotWriter(test, host) { BlobsPerPack = 1 };
        var shared = test.Random.Bytes(3000);
        await writer.WriteAsync(new TestTree().File("a/x", shared).File("y", test.Random.Bytes(100)));
        await writer.WriteAsync(new TestTree().File("b/x2", shared).File("b/z", test.Random.Bytes(100)));
        var id = host.Hasher.Hash(0, shared);
        await test.Store.DeleteAsync(
            Cairn.Engine.Formats.ObjectNames.Pack(writer.Places[id].Pack), TestContext.Current.CancellationToken);
        var result = await CheckAsync(test, percent: 0);
        Assert.Equal(["a/x", "b/x2"], result.LostFiles.Select(file => Encoding.Latin1.GetString(file.Path.Span)));
        Assert.Equal(2, result.LostFileCount);
        Assert.True(result.IsDamaged);
    }

    [Fact]
    public async Task A_pack_without_an_index_object_is_repairable_and_loses_nothing()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        await new TestSnapshotWriter(test, host) { OmitsIndex = true }.WriteAsync(SampleTrees.Small(test.Random));
        var result = await CheckAsync(test, percent: 100);
        Assert.All(result.Findings, finding => Assert.Equal(CheckSeverity.Repairable, finding.Severity));
        Assert.Equal(result.Packs, result.Findings.Count);
        Assert.False(result.IsDamaged);
    }

    [Fact]
    public async Task A_ledger_that_leaves_out_a_blob_is_damage_INV_4()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        await new TestSnapshotWriter(test, host) { LedgerOmissions = 1 }.WriteAsync(SampleTrees.Small(test.Random));
        var result = await CheckAsync(test, percent: 0);
        var finding = Assert.Single(result.Findings);
        Assert.Equal(CheckSeverity.Damage, finding.Severity);
        Assert.Contains("ledger", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(4, 0)]
    public async Task A_piece_that_is_fine_for_one_snapshot_is_not_so_for_all_INV_4(int firstOmits, int secondOmits)
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var tree = new TestTree();
        for (var i = 0; i < 10; i++)
            tree.File($"file-{i}", test.Random.Bytes(100));
        await new TestSnapshotWriter(test, host) { BlobsPerPack = 1, LedgerOmissions = firstOmits }.WriteAsync(tree);
        await new TestSnapshotWriter(test, host) { BlobsPerPack = 1, LedgerOmissions = secondOmits }.WriteAsync(tree);
        var result = await CheckAsync(test, percent: 0);
        Assert.Contains(
            "its ledger does not name 4 of the blobs", Assert.Single(result.Findings).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_snapshots_share_and_is_lost_is_told_for_each()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var writer = new TestSnapshotWriter(test, host) { BlobsPerPack = 1 };
        var lost = test.Random.Bytes(3000);
        var tree = new TestTree().File("a/x", lost).File("y", test.Random.Bytes(100));
        await writer.WriteAsync(tree);
        await writer.WriteAsync(tree);
        await test.Store.DeleteAsync(
            ObjectNames.Pack(writer.Places[host.Hasher.Hash(0, lost)].Pack), TestContext.Current.CancellationToken);
        var result = await CheckAsync(test, percent: 0);
        Assert.Equal(["a/x", "a/x"], result.LostFiles.Select(file => Encoding.Latin1.GetString(file.Path.Span)));
    }

    [Fact]
    public async Task Foreign_names_are_noted_and_are_no_damage()
    {
        await using var test = await SampleAsync();
        test.Store.Plant("packs/holiday.jpg", [1]);
        test.Store.Plant("lost+found/x", [1]);
        test.Store.Plant("keys/backup of keys", [1]);
        var result = await CheckAsync(test, percent: 100);
        Assert.Equal(3, result.Findings.Count);
        Assert.All(result.Findings, finding => Assert.Equal(CheckSeverity.Note, finding.Severity));
    }

    static async Task<TestRepository> SampleAsync()
    {
        var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var writer = new TestSnapshotWriter(test, host) { BlobsPerPack = 8 };
        await writer.WriteAsync(SampleTrees.Small(test.Random));
        await writer.WriteAsync(new TestTree().File("later", test.Random.Bytes(5000)));
        return test;
    }

    [Fact]
    public async Task What_is_forgotten_and_deleted_beside_a_check_is_no_damage()
    {
        await using var test = await SampleAsync();
        using var admin = await test.OpenForReadingAsync();
        var writer = new RetiredWriter(admin.Keys, admin.RequireSecrets().Admin, test.Environment, test.Store);
        var isDone = false;
        var store = new HookedStore(test.Store);
        store.Before = async (member, name) =>
        {
            if (isDone || member != StoreMember.Get || !name.StartsWith("snapshots/", StringComparison.Ordinal))
                return;
            isDone = true;
            await ForgetAndDeleteAllAsync(test, writer);
        };
        var result = await CheckAsync(test, percent: 100, store);
        Assert.True(isDone);
        Assert.DoesNotContain(result.Findings, finding => finding.Severity != CheckSeverity.Note);
        Assert.Equal((0, 0), (result.LostFileCount, result.Snapshots));
        Assert.Empty(result.LostFiles);
    }

    [Fact]
    public async Task What_a_maintainer_deletes_who_was_endorsed_beside_a_check_is_no_damage()
    {
        await using var test = await SampleAsync();
        var isDone = false;
        var store = new HookedStore(test.Store);
        store.Before = async (member, name) =>
        {
            if (isDone || member != StoreMember.Get || !name.StartsWith("packs/", StringComparison.Ordinal))
                return;
            isDone = true;
            using var admin = await test.OpenForReadingAsync();
            using var seed = await Endorsement.WriteAsync(admin, "late");
            using var late = new Signer(seed);
            await ForgetAndDeleteAllAsync(test, new RetiredWriter(admin.Keys, late, test.Environment, test.Store));
        };
        var result = await CheckAsync(test, percent: 100, store);
        Assert.True(isDone);
        Assert.DoesNotContain(result.Findings, finding => finding.Severity != CheckSeverity.Note);
        Assert.Equal(0, result.LostFileCount);
    }

    static async Task ForgetAndDeleteAllAsync(TestRepository test, RetiredWriter writer)
    {
        List<ObjectHash> snapshots = [], packs = [];
        foreach (var key in (await test.ObjectsAsync()).Keys.Select(name => new ObjectKey(name)))
        {
            if (ObjectNames.TryParseSnapshot(key, out var snapshot))
                snapshots.Add(snapshot.Hash);
            if (ObjectNames.TryParsePack(key, out var pack))
                packs.Add(pack);
        }
        await writer.ForgetAsync(snapshots, TestContext.Current.CancellationToken);
        await writer.CondemnAsync(packs, TestContext.Current.CancellationToken);
        await writer.ListDeletionAsync(packs, TestContext.Current.CancellationToken);
        foreach (var pack in packs)
            await test.Store.DeleteAsync(ObjectNames.Pack(pack), TestContext.Current.CancellationToken);
    }

    static async Task<CheckResult> CheckAsync(TestRepository test, double percent, IObjectStore? store = null)
    {
        using var repository = await test.OpenForReadingAsync(store ?? test.Store);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        var options = new CheckOptions { ReadDataPercent = percent, Workers = 2 };
        return await CheckOperation.RunAsync(session, options, new CheckMonitor(), default);
    }

    /// <summary>Either the repository does not even open, saying why, or there is a finding about the object.</summary>
    static async Task<bool> IsReportedAsync(TestRepository test, string name, double percent = 100)
    {
        try
        {
            var result = await CheckAsync(test, percent);
            return result.Findings.Any(finding => finding.Severity != CheckSeverity.Note);
        }
        catch (Exception e) when (e is DamagedObjectException or UnsupportedFormatException or WrongKeyException
            or NoRepositoryException)
        {
            return name == "cairn.json" || name.StartsWith("keys/", StringComparison.Ordinal);
        }
    }
}
