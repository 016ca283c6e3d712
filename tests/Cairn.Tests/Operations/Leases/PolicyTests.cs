using Cairn.App.Policies;
using Cairn.Engine.Crypto;
using Cairn.Engine.Operations.Prune;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Tests.Simulated;

namespace Cairn.Tests.Operations.Leases;

/// <summary>
/// What "policy" prints, at the simulated bucket, which enforces all that Amazon does: names that are free, and bounds
/// of locks.
/// </summary>
public class PolicyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_role_can_do_its_work_with_the_rights_of_its_policy(bool locksByDefault)
    {
        await using var world = await MakeAsync(locksByDefault);
        world.Source.File("file", world.Random.Bytes(50_000));
        world.Source.File("stays", world.Random.Bytes(50_000));
        world.Time.Advance(TimeSpan.FromMinutes(5));
        var versions = world.Bucket.Versions().Count;
        await world.BackupAsync();
        // Packs, index object, ledger, snapshot; and nothing else was even tried.
        Assert.Equal(0, world.Bucket.Log.Lines.Count(line => line.Contains(" host ") && line.Contains("AccessDenied")));
        Assert.True(world.Bucket.Versions().Count > versions);
        await world.ForgetAsync(keep: 1);
        world.Time.Advance(TimeSpan.FromDays(11));
        var leases = await world.LeaseAsync();
        Assert.Equal(leases.Due, leases.Renewed);
        Assert.Empty(leases.Failures);
        world.Time.Advance(TimeSpan.FromDays(31));
        await world.LeaseAsync();
        var pruned = await world.PruneAsync(
            new PruneOptions { Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero });
        Assert.True(pruned.Deleted.Packs > 0);
        Assert.Equal(0, pruned.Protected.Packs);
        Assert.Empty((await LiveObjects.FindAsync(world)).FindLacking(world));
    }

    [Theory]
    [InlineData(StoreRole.Host)]
    [InlineData(StoreRole.Maintainer)]
    [InlineData(StoreRole.Restorer)]
    [InlineData(StoreRole.Auditor)]
    [InlineData(StoreRole.Admin)]
    public async Task No_role_can_replace_remove_or_unlock_anything_or_lock_it_for_ever(StoreRole role)
    {
        await using var world = await MakeAsync(locksByDefault: false);
        var caller = PolicyCaller.Of("thief", Plan(world).Of(role));
        foreach (var version in world.Bucket.Versions())
        {
            Refused.With(403, "AccessDenied", () => world.Bucket.DeleteVersion(
                caller, version.Key, version.VersionId, bypassGovernance: true));
            Refused.With(403, "AccessDenied", () => world.Bucket.Put(
                caller, new PutRequest(version.Key, [1]).WithSha256()));
            Refused.With(403, "AccessDenied", () => world.Bucket.PutRetention(
                caller, version.Key, version.VersionId, retention: null, bypassGovernance: true));
            Refused.With(403, "AccessDenied", () => world.Bucket.PutRetention(
                caller, version.Key, version.VersionId,
                new Retention(LockMode.Compliance, world.Bucket.Now.AddDays(42))));
        }
    }

    [Fact]
    public async Task An_admin_brings_back_what_was_hidden_and_what_was_overwritten_takes_more_rights()
    {
        await using var world = await MakeAsync(locksByDefault: false);
        var admin = PolicyCaller.Of("admin", Plan(world).Of(StoreRole.Admin));
        var snapshot = world.Bucket.Versions().First(version => version.Key.StartsWith("snapshots/"));
        var pack = world.Bucket.Versions().First(version => version.Key.StartsWith("packs/"));
        world.Bucket.Delete(Caller.Owner, snapshot.Key);
        world.Bucket.Put(Caller.Owner, new PutRequest(pack.Key, [1]).WithSha256());
        var result = await world.RecoverAsync(await world.PlanRecoveryAsync(), admin);
        Assert.Equal((1, 0), (result.Recovered, result.MarkersRemoved));
        Assert.Contains(pack.Key, Assert.Single(result.Failures));
        Assert.Equal(snapshot.Content, world.Bucket.Get(Caller.Owner, snapshot.Key).Body.ToArray());
    }

    [Fact]
    public async Task A_host_reads_no_backup_and_no_key_and_writes_in_its_own_place_only()
    {
        await using var world = await MakeAsync(locksByDefault: false);
        var host = PolicyCaller.Of("thief", Plan(world).Of(StoreRole.Host));
        string[] closed = ["packs/", "ledgers/", "snapshots/", "keys/"];
        foreach (var version in world.Bucket.Versions().Where(version => closed.Any(version.Key.StartsWith)))
            Refused.With(403, "AccessDenied", () => world.Bucket.Get(host, version.Key));
        foreach (var prefix in closed.Append(""))
        {
            Refused.With(403, "AccessDenied", () => world.Bucket.ListObjects(host, prefix));
            Refused.With(403, "AccessDenied", () => world.Bucket.ListVersions(host, prefix));
        }
        foreach (var key in (string[])["keys/x", "hosts/x", "retired/x", "moves/x", "epochs/x", "ledgers/ab/x"])
            Refused.With(403, "AccessDenied", () => world.Bucket.Put(
                host, new PutRequest(key, [1]) { IfNoneMatch = true }.WithSha256()));
    }

    static async Task<LeaseWorld> MakeAsync(bool locksByDefault)
    {
        var options = locksByDefault
            ? BucketOptions.Locked with { DefaultRetention = new DefaultRetention(LockMode.Compliance, 40) }
            : BucketOptions.Locked;
        var world = await LeaseWorld.CreateAsync(bucket: options);
        world.HostCaller = PolicyCaller.Of("host", Plan(world).Of(StoreRole.Host));
        world.MaintainerCaller = PolicyCaller.Of("maintainer", Plan(world).Of(StoreRole.Maintainer));
        world.Source.File("file", world.Random.Bytes(50_000));
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.BackupAsync();
        return world;
    }

    static PolicyPlan Plan(LeaseWorld world)
    {
        using var signer = new Signer(world.Init.Credential.HostSeed);
        return new PolicyPlan
        {
            Bucket = "bucket", Prefix = "", Lease = world.Policy, KnowsConditions = true,
            LocksByDefault = world.Bucket.Options.DefaultRetention is not null, HostId = signer.Id.ToString(),
        };
    }
}
