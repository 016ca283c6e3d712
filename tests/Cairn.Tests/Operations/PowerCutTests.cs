using System.Globalization;
using Cairn.Testing.Disks;

namespace Cairn.Tests.Operations;

/// <summary>
/// A repository is made, backed up to, its passphrase changed, and backed up to again on a disk that loses power behind
/// every change: nothing that was reported is lost (INV-1, INV-3), and the next backup needs no help (INV-7).
/// CAIRN_CRASH_SEEDS makes a campaign of it: so many outcomes of every cut, by default few.
/// </summary>
public sealed class PowerCutTests
{
    const ulong DefaultSeedsPerCut = 1;

    [Fact]
    public async Task What_was_reported_survives_a_power_cut_behind_any_change_of_the_disk()
    {
        var seeds = ulong.TryParse(
            Environment.GetEnvironmentVariable("CAIRN_CRASH_SEEDS"), CultureInfo.InvariantCulture, out var asked)
            ? asked
            : DefaultSeedsPerCut;
        var world = new PowerCutWorld(seed: 1);
        await world.RunAllAsync();
        Assert.Equal(3, world.Snapshots.Count);
        var (cuts, violation) = await PowerCutJudge.FindViolationAsync(world, firstCut: 0, firstSeed: 0, seeds);
        Assert.True(violation is null, violation);
        TestContext.Current.SendDiagnosticMessage("{0} power cuts behind {1} changes", cuts, world.Disk.Changes);
        Assert.True(cuts > 150, $"only {cuts} cuts");
    }

    [Theory]
    [InlineData(DiskDuty.SyncFile)]
    [InlineData(DiskDuty.SyncDirectory)]
    [InlineData(DiskDuty.SyncBeforeRename)]
    public async Task A_store_that_skips_a_duty_is_found_out(DiskDuty duty)
    {
        var world = new PowerCutWorld(seed: 2)
        {
            Seams = new WorldSeams { Disk = disk => new SkippingDisk(disk, duty) },
        };
        await world.RunAllAsync();
        var (_, violation) = await PowerCutJudge.FindViolationAsync(world, firstCut: 1, firstSeed: 0, seedsPerCut: 2);
        Assert.NotNull(violation);
    }
}
