using Cairn.Cli;
using Cairn.Cli.Commands;
using Cairn.Engine.Operations.Recover;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Tests.Operations.Leases;

namespace Cairn.Tests.Operations.Recover;

/// <summary>Recovery of what lies in a class that must be thawed before it can be read.</summary>
public class ColdRecoveryTests
{
    [Fact]
    public async Task What_is_only_hidden_is_shown_again_without_reading_it()
    {
        await using var world = await MakeAsync();
        var pack = DataPack(world);
        world.Bucket.Delete(Caller.Owner, pack.Key);
        var plan = await world.PlanRecoveryAsync();
        Assert.Equal(pack.VersionId, Assert.Single(plan.Items).Good.Id);
        Assert.False(plan.NeedsThaw);
        var result = await world.RecoverAsync(plan);
        Assert.Equal(1, result.MarkersRemoved);
        Assert.Equal(ExitCodes.Ok, RecoverCommand.ExitCodeOf(plan, result));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Below_something_else_it_must_be_thawed_and_then_goes_back_into_its_class(bool isHidden)
    {
        await using var world = await MakeAsync();
        var pack = DataPack(world);
        world.Bucket.Put(Caller.Owner, new PutRequest(pack.Key, world.Random.Bytes(pack.Content.Length)).WithSha256());
        if (isHidden)
            world.Bucket.Delete(Caller.Owner, pack.Key);
        var cold = await world.PlanRecoveryAsync();
        Assert.Empty(cold.Items);
        Assert.Contains("thaw that version", Assert.Single(cold.Findings).Message);
        Assert.Equal(ExitCodes.Cold, RecoverCommand.ExitCodeOf(cold, result: null));

        world.Bucket.Restore(Caller.Owner, pack.Key, days: 5, versionId: pack.VersionId);
        world.Time.Advance(TimeSpan.FromHours(13));
        var plan = await world.PlanRecoveryAsync();
        var result = await world.RecoverAsync(plan);
        Assert.Equal(1, result.StoredAgain);
        var newest = world.Bucket.Versions(pack.Key)[^1];
        Assert.Equal(pack.Content, newest.Content);
        Assert.Equal(StorageClass.DeepArchive, newest.StorageClass);
        Assert.NotNull(newest.Retention);
    }

    [Fact]
    public async Task The_stores_checksums_tell_versions_apart_and_without_them_only_a_thaw_does()
    {
        foreach (var kept in (KeptChecksums[])[KeptChecksums.All, KeptChecksums.None])
        {
            await using var world = await MakeAsync(kept);
            var pack = DataPack(world);
            // The same again, as by a writer whose answer was lost, and then hidden.
            world.Bucket.Put(Caller.Owner, new PutRequest(pack.Key, pack.Content)
            {
                StorageClass = StorageClass.DeepArchive,
            }.WithSha256());
            world.Bucket.Delete(Caller.Owner, pack.Key);
            var plan = await world.PlanRecoveryAsync();
            Assert.Equal(kept == KeptChecksums.None, plan.NeedsThaw);
            Assert.Equal(kept == KeptChecksums.None ? 0 : 1, plan.Items.Count);
        }
    }

    [Fact]
    public async Task Where_a_marker_may_not_be_removed_the_object_must_be_thawed_and_the_exit_code_says_so()
    {
        await using var world = await MakeAsync();
        world.Bucket.Delete(Caller.Owner, DataPack(world).Key);
        var plan = await world.PlanRecoveryAsync();
        var result = await world.RecoverAsync(plan, new Caller(
            "careful", new Grant(S3Actions.All & ~S3Actions.DeleteObjectVersion)));
        Assert.Equal((0, 1), (result.Recovered, result.Cold));
        Assert.Equal(ExitCodes.Cold, RecoverCommand.ExitCodeOf(plan, result));
    }

    static ObjectVersion DataPack(LeaseWorld world) =>
        world.Bucket.Versions().First(version => version.StorageClass == StorageClass.DeepArchive);

    static async Task<LeaseWorld> MakeAsync(KeptChecksums kept = KeptChecksums.All)
    {
        var world = await LeaseWorld.CreateAsync(bucket: BucketOptions.Locked with { KeptChecksums = kept });
        world.DataClass = StorageClass.DeepArchive;
        world.Source.File("file", world.Random.Bytes(50_000));
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.BackupAsync();
        return world;
    }
}
