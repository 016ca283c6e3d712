using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Snapshots;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Copy;

/// <summary>What a copy tells of its original, and what of that can be verified.</summary>
public sealed class CopyOriginTests
{
    [Fact]
    public async Task A_copy_shows_what_its_host_signed()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        await world.CopyAsync();
        var originals = await CopyWorld.SnapshotsAsync(world.Source);
        var copies = await CopyWorld.SnapshotsAsync(world.Target);
        foreach (var (original, copy) in originals.Zip(copies))
        {
            var origin = copy.Origin!;
            Assert.Equal(original.Name.Hash, origin.Snapshot);
            Assert.Equal(world.Source.Test.Init.Credential.Repository, origin.Repository);
            Assert.Equal(original.Name.Host, origin.Host);
            Assert.Equal(original.Name, origin.Open().Name);
            Assert.Equal(original.Manifest, origin.Open().Manifest);
            Assert.Null(origin.FindFault(copy));
            Assert.Equal((original.Time, original.HostName), (copy.Time, copy.HostName));
            Assert.NotEqual(original.Name.Host, copy.Name.Host);
        }
    }

    [Fact]
    public async Task Every_changed_bit_of_the_origin_is_noticed()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        await world.CopyAsync();
        var copy = (await CopyWorld.SnapshotsAsync(world.Target))[0];
        var origin = copy.Origin!;
        for (var position = 0; position < origin.Object.Length; position++)
            Assert.NotNull((origin with { Object = Flipped(origin.Object, position) }).FindFault(copy));
        for (var position = 0; position < 32; position++)
        {
            Assert.NotNull((origin with { Key = Flipped(origin.Key, position) }).FindFault(copy));
            var ledger = new Cairn.Engine.Primitives.ObjectHash(Flipped(origin.Ledger.AsSpan().ToArray(), position));
            Assert.NotNull((origin with { Ledger = ledger }).FindFault(copy));
        }
    }

    [Fact]
    public async Task A_copy_that_says_something_else_than_its_original_is_noticed()
    {
        await using var world = await CopyWorld.CreateAsync();
        await world.BackupTwiceAsync();
        await world.CopyAsync();
        var copy = (await CopyWorld.SnapshotsAsync(world.Target))[0];
        foreach (var forged in new[]
            {
                copy with { Time = copy.Time.AddDays(1) }, copy with { HostName = "other" },
                copy with { Source = "other" }, copy with { Roots = [] }, copy with { Tags = ["other"] },
                copy with { Statistics = new SnapshotStatistics() }, copy with { UserName = "other" },
            })
            Assert.NotNull(copy.Origin!.FindFault(forged));
    }

    [Fact]
    public async Task A_forged_origin_is_damage_that_a_check_finds()
    {
        await using var world = await CopyWorld.CreateAsync();
        world.Source.Source.File("file", [1]);
        world.Source.Wait();
        await world.Source.BackupAsync();
        await world.CopyAsync();
        var copy = Assert.Single(await CopyWorld.SnapshotsAsync(world.Target));
        using var host = await world.Target.Test.OpenAsHostAsync();
        await ForgedSnapshot.PutAsync(
            world.Target, host, copy with { HostName = "somebody else" });
        Assert.Contains(await CopyWorld.CheckAsync(world.Target), finding =>
            finding.Kind == FailureKind.Signature && finding.Message.Contains("copy of", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_copy_of_a_copy_is_a_copy_of_the_original_and_is_known_as_such()
    {
        await using var world = await CopyWorld.CreateAsync();
        var trees = await world.BackupTwiceAsync();
        await world.CopyAsync();
        await using var third = await BackupWorld.CreateAsync(seed: 3);
        Assert.Equal(2, (await CopyWorld.CopyAsync(world.Target, third)).Count(CopyOutcome.Copied));
        var original = (await CopyWorld.SnapshotsAsync(world.Source))[0];
        var copy = (await CopyWorld.SnapshotsAsync(third))[0];
        Assert.Equal(original.Name.Hash, copy.Origin!.Snapshot);
        await third.AssertRestoresAsync(copy.Name, trees[0]);
        Assert.Equal(2, (await CopyWorld.CopyAsync(world.Source, third)).Count(CopyOutcome.AlreadyThere));
        // And back to where it came from.
        Assert.Equal(2, (await CopyWorld.CopyAsync(third, world.Source)).Count(CopyOutcome.AlreadyThere));
    }

    static byte[] Flipped(ReadOnlyMemory<byte> bytes, int position)
    {
        var flipped = bytes.ToArray();
        flipped[position] ^= 1;
        return flipped;
    }
}
