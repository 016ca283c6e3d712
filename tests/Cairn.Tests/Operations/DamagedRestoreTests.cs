using Cairn.Engine.Snapshots;
using Cairn.Testing.Repositories;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations;

/// <summary>Each object of a repository damaged in turn: no wrong byte is restored, and the rest is (INV-1, INV-3,
/// INV-6).</summary>
public sealed class DamagedRestoreTests
{
    public static TheoryData<string> Damages => ["flip", "truncate", "delete"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Whatever_pack_is_damaged_only_what_lay_there_is_lost(string damage)
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = SampleTrees.Small(test.Random);
        using var host = await test.OpenAsHostAsync();
        var snapshot = await new TestSnapshotWriter(test, host) { BlobsPerPack = 4 }.WriteAsync(tree);
        var wholeAnyway = 0;
        foreach (var name in (await test.ObjectsAsync()).Keys.Where(IsPack))
        {
            await using var damaged = await test.CopyAsync();
            await DamageAsync(damaged, name, damage);
            var (result, target) = await RestoreHarness.RestoreAsync(damaged, snapshot);
            var missing = RestoreHarness.AssertNothingWrong(tree, target, result);
            // Four blobs a pack: no data pack can cost more than a few files. The manifest is one piece here.
            Assert.True(missing <= 6 || missing == tree.Nodes.Count(), $"{name}: {missing} missing");
            wholeAnyway += missing == 0 ? 1 : 0;
        }
        Assert.True(wholeAnyway < 3);
    }

    [Fact]
    public async Task A_lost_piece_of_a_large_manifest_costs_only_its_entries()
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = new TestTree();
        for (var i = 0; i < 6000; i++)
            tree.File($"d{i / 1000}/e{i / 100}/file{i:0000}", BitConverter.GetBytes(i));
        using var host = await test.OpenAsHostAsync();
        var snapshot = await new TestSnapshotWriter(test, host) { BlobsPerPack = 1000 }.WriteAsync(tree);
        foreach (var (name, bytes) in await test.ObjectsAsync())
        {
            if (!name.StartsWith("packs/", StringComparison.Ordinal) || bytes[12] != 2)
                continue;
            // Somewhere among the first leaf pieces.
            bytes[5000] ^= 1;
            test.Store.Plant(name, bytes);
        }
        var (result, target) = await RestoreHarness.RestoreAsync(test, snapshot);
        var missing = RestoreHarness.AssertNothingWrong(tree, target, result);
        Assert.InRange(missing, 1, 5000);
        Assert.Single(result.Failures);
    }

    [Fact]
    public async Task A_damaged_blob_that_lies_in_another_pack_too_is_restored()
    {
        await using var test = await TestRepository.CreateAsync();
        var tree = SampleTrees.Small(test.Random);
        using var host = await test.OpenAsHostAsync();
        await new TestSnapshotWriter(test, host).WriteAsync(tree);
        // A second writer that knows nothing of the first stores everything again.
        var snapshot = await new TestSnapshotWriter(test, host).WriteAsync(tree);
        foreach (var (name, bytes) in (await test.ObjectsAsync()).Where(item => IsPack(item.Key)))
        {
            await using var damaged = await test.CopyAsync();
            var copy = bytes.ToArray();
            for (var i = 200; i < copy.Length - 20_000; i += 1000)
                copy[i] ^= 0x40;
            damaged.Store.Plant(name, copy);
            var (result, target) = await RestoreHarness.RestoreAsync(damaged, snapshot);
            Assert.Empty(result.Failures);
            RestoreHarness.AssertWhole(tree, target);
        }
    }

    [Fact]
    public async Task A_damaged_snapshot_is_named_and_the_others_are_listed()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var writer = new TestSnapshotWriter(test, host);
        var first = await writer.WriteAsync(new TestTree().File("a", [1]), "tag");
        var second = await writer.WriteAsync(new TestTree().File("a", [2]));
        var bytes = (await test.ObjectsAsync())[first.Name.Key.Value];
        bytes[^70] ^= 1;
        test.Store.Plant(first.Name.Key.Value, bytes);
        test.Store.Plant("snapshots/what is this", [1, 2, 3]);
        using var repository = await test.OpenForReadingAsync();
        var listing = await SnapshotCatalog.ListAsync(repository, TestContext.Current.CancellationToken);
        Assert.Equal(second.Id, Assert.Single(listing.Snapshots).Id);
        Assert.Equal(
            [first.Name.Key.Value, "snapshots/what is this"],
            listing.Problems.Select(problem => problem.Object).Order(StringComparer.Ordinal));
    }

    static bool IsPack(string name) => name.StartsWith("packs/", StringComparison.Ordinal);

    static async Task DamageAsync(TestRepository test, string name, string damage)
    {
        var bytes = (await test.ObjectsAsync())[name];
        if (damage == "delete")
            await test.Store.DeleteAsync(new Cairn.Engine.Storage.ObjectKey(name), default);
        else if (damage == "truncate")
            test.Store.Plant(name, bytes.AsSpan(0, bytes.Length / 2));
        else
        {
            bytes[300] ^= 4;
            test.Store.Plant(name, bytes);
        }
    }
}
