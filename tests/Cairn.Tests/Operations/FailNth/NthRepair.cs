using System.Runtime.CompilerServices;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Init;
using Cairn.Engine.Operations.Repair;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;
using Cairn.Testing.State;

namespace Cairn.Tests.Operations.FailNth;

/// <summary>Repairs of which a call fails.</summary>
static class NthRepair
{
    // By what all worlds of one history share.
    static readonly ConditionalWeakTable<InitResult, MemoryStore> Mirrors = [];

    public static async Task PrepareIndexAsync(PowerCutWorld world)
    {
        await world.InitAsync();
        await world.BackupAsync();
        await world.ChangeAndBackupAsync(generation: 1);
        await using var store = world.OpenStore();
        await foreach (var info in store.ListAsync(ObjectNames.Index, PowerCutWorld.Token))
            await store.DeleteAsync(info.Key, PowerCutWorld.Token);
    }

    public static async Task<IReadOnlyList<string>> RepairIndexAsync(PowerCutWorld world)
    {
        var result = await RunAsync(world, isDryRun: false);
        return [.. result.Problems.Select(problem => problem.ToString())];
    }

    public static async Task AssertIndexedAsync(PowerCutWorld world)
    {
        var left = await RunAsync(world, isDryRun: true);
        Assert.Empty(left.Problems);
        Assert.Equal(0, left.Packs);
    }

    /// <summary>All packs but one are lost; a mirror has them.</summary>
    public static async Task PrepareLostAsync(PowerCutWorld world)
    {
        await world.InitAsync();
        await world.BackupAsync();
        await world.ChangeAndBackupAsync(generation: 1);
        await using var store = world.OpenStore();
        var mirror = new MemoryStore(world.Time);
        var packs = new List<ObjectKey>();
        await foreach (var info in store.ListAsync("", PowerCutWorld.Token))
        {
            using var bytes = await store.GetAsync(info.Key, ByteRange.Whole, 1 << 28, PowerCutWorld.Token);
            mirror.Plant(info.Key.Value, bytes.Span);
            if (info.Key.Value.StartsWith(ObjectNames.Packs, StringComparison.Ordinal))
                packs.Add(info.Key);
        }
        foreach (var pack in packs.Skip(1))
            await store.DeleteAsync(pack, PowerCutWorld.Token);
        Mirrors.Add(world.Init!, mirror);
    }

    public static async Task<IReadOnlyList<string>> RepairAsync(PowerCutWorld world)
    {
        var result = await HealAsync(world, isPlan: false);
        return
        [
            .. result.Notes, .. result.Remaining.Select(finding => $"{finding.Object}: {finding.Message}"),
            .. result.LostAfter.Select(file => $"{System.Text.Encoding.UTF8.GetString(file.Path.Span)} is lost"),
        ];
    }

    public static async Task AssertHealedAsync(PowerCutWorld world)
    {
        var left = await HealAsync(world, isPlan: true);
        Assert.False(left.IsDamaged);
        Assert.Equal((0L, 0L), (left.LostBeforeCount, left.BadBlobs));
    }

    static async Task<RepairResult> HealAsync(PowerCutWorld world, bool isPlan)
    {
        Assert.True(Mirrors.TryGetValue(world.Init!, out var mirror));
        using var from = await world.OpenForReadingAsync(mirror);
        using var other = await ReadSession.OpenAsync(from, new MemoryStateFolder(), PowerCutWorld.Token);
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        using var session = await ReadSession.OpenAsync(repository, world.OpenState(), PowerCutWorld.Token);
        var options = new RepairOptions { Workers = 1, From = other, IsPlan = isPlan };
        return await RepairOperation.RunAsync(session, options, new RepairMonitor(), PowerCutWorld.Token);
    }

    static async Task<IndexRepairResult> RunAsync(PowerCutWorld world, bool isDryRun)
    {
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        return await IndexRepair.RunAsync(
            repository, workers: 1, isDryRun, new WorkMonitor("reading"), PowerCutWorld.Token);
    }
}
