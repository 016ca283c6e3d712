using Cairn.App.Policies;
using Cairn.Engine.Operations.Audit;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Time;
using Cairn.Tests.Operations.Leases;

namespace Cairn.Tests.Operations.Audit;

/// <summary>What a store says of its objects, against what it should say; and what it cannot say.</summary>
public class AuditTests
{
    static readonly LeasePolicy Governance = LeasePolicy.Of(Engine.Storage.ObjectLockMode.Governance, 30);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_an_auditors_rights_contents_are_proved_by_one_question_for_each_object_and_no_pack_is_read()
    {
        await using var world = await MakeAsync();
        world.MaintainerCaller = PolicyCaller.Of("auditor", Plan(world).Of(StoreRole.Auditor));
        var result = await world.AuditAsync();
        Assert.Empty(result.Findings);
        var slots = world.Bucket.Versions().Count(version => version.Key.StartsWith("keys/"));
        Assert.Equal(world.Bucket.Versions().Count - slots, result.Of(AuditLevel.Content).Objects);
        // Slots of keys are closed to an auditor, but for their locks.
        Assert.Equal(new AuditAmount(slots, result.Of(AuditLevel.Presence).Bytes), result.Of(AuditLevel.Presence));
        Assert.Equal(slots, result.NotAllowed);
        Assert.Equal(world.Bucket.Versions().Count + slots, result.Asked);
        Assert.Equal(0, world.Bucket.Log.Lines.Count(line => line.Contains("GetObject packs/")));
        Assert.True(result.KeepsChecksums && result.SeesVersions);
        Assert.Equal(result.Locks!.Needed, result.Locks.Good);
        Assert.Equal(world.Bucket.Versions().Count, result.Locks.Needed);
        Assert.Equal(
            world.Bucket.Versions().Min(version => version.Retention!.RetainUntil), result.Locks.Earliest);
    }

    [Fact]
    public async Task What_must_be_thawed_is_proved_as_well()
    {
        await using var world = await MakeAsync(dataClass: StorageClass.DeepArchive);
        Assert.Contains(world.Bucket.Versions(), version => version.StorageClass == StorageClass.DeepArchive);
        var result = await world.AuditAsync();
        Assert.Empty(result.Findings);
        Assert.Equal(world.Bucket.Versions().Count, result.Of(AuditLevel.Content).Objects);
    }

    [Fact]
    public async Task A_store_without_checksums_proves_sizes_of_packs_and_that_the_rest_is_there()
    {
        await using var world = await MakeAsync(BucketOptions.Locked with { KeptChecksums = KeptChecksums.None });
        var packs = Packs(world).Count;
        var result = await world.AuditAsync();
        Assert.Empty(result.Findings);
        Assert.False(result.KeepsChecksums);
        Assert.Equal(1, result.Of(AuditLevel.Content).Objects);
        Assert.Equal(
            new AuditAmount(packs, Packs(world).Sum(pack => pack.Size)), result.Of(AuditLevel.Size));
        Assert.Equal(world.Bucket.Versions().Count - packs - 1, result.Of(AuditLevel.Presence).Objects);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_versions_the_listing_and_what_is_said_of_its_objects_must_do(bool keepsChecksums)
    {
        await using var world = await MakeAsync(
            new BucketOptions
            {
                HasVersions = false, KeptChecksums = keepsChecksums ? KeptChecksums.All : KeptChecksums.None,
            },
            hasLease: false);
        var good = await world.AuditAsync();
        Assert.Empty(good.Findings);
        Assert.False(good.SeesVersions);
        Assert.Null(good.Locks);
        Assert.Equal(keepsChecksums, good.KeepsChecksums);
        var packs = Packs(world);
        Plant(world, packs[0], packs[0].Content.Length, hasChecksum: true);
        world.Bucket.Delete(Caller.Owner, packs[1].Key);
        var bad = await world.AuditAsync();
        Assert.True(bad.IsDamaged);
        Assert.Contains(bad.Findings, found => found.Object == packs[1].Key && found.Message.Contains("missing"));
        Assert.Equal(keepsChecksums, bad.Findings.Any(found => found.Object == packs[0].Key));
    }

    [Theory]
    [InlineData(0, true, AuditLevel.Content)]
    [InlineData(0, false, AuditLevel.Size)]
    [InlineData(1, true, AuditLevel.Content)]
    [InlineData(1, false, AuditLevel.Size)]
    [InlineData(-1, false, AuditLevel.Size)]
    public async Task Something_else_in_the_place_of_a_pack_is_damage_if_anything_tells(
        int longer, bool hasChecksum, AuditLevel told)
    {
        await using var world = await MakeAsync();
        var pack = Packs(world)[0];
        world.Bucket.Lose(pack.Key, pack.VersionId);
        Plant(world, pack, pack.Content.Length + longer, hasChecksum);
        var result = await world.AuditAsync();
        var finding = result.Findings.SingleOrDefault(found =>
            found.Object == pack.Key && found.Severity == CheckSeverity.Damage);
        // Of the same length and without a checksum: nothing is proved of it, and nothing claimed.
        Assert.Equal(longer == 0 && !hasChecksum, finding is null);
        Assert.Equal(finding is null ? 0 : 1, result.Bad.Objects);
        Assert.Equal(finding is null ? 1 : 0, result.Of(AuditLevel.Size).Objects);
        if (finding is not null)
            Assert.Contains(told == AuditLevel.Content ? "checksum" : "where the index says", finding.Message);
        else
            Assert.Contains(
                result.Findings, found => found.Object == pack.Key && found.Message.Contains("no checksum"));
    }

    [Fact]
    public async Task Bytes_that_rot_below_their_checksum_do_not_show_unless_their_number_changes()
    {
        await using var world = await MakeAsync();
        var packs = Packs(world);
        world.Bucket.Corrupt(packs[0].Key, packs[0].VersionId, bytes =>
        {
            bytes[^1] ^= 1;
            return bytes;
        });
        Assert.Empty((await world.AuditAsync()).Findings);
        world.Bucket.Corrupt(packs[0].Key, packs[0].VersionId, bytes => bytes[..^1]);
        Assert.True((await world.AuditAsync()).IsDamaged);
    }

    [Theory]
    [InlineData("packs/")]
    [InlineData("ledgers/")]
    public async Task What_is_missing_is_damage_and_keeps_nothing_else_from_being_looked_at(string prefix)
    {
        await using var world = await MakeAsync();
        var lost = world.Bucket.Versions().First(version => version.Key.StartsWith(prefix));
        world.Bucket.Lose(lost.Key, lost.VersionId);
        var result = await world.AuditAsync();
        Assert.True(result.IsDamaged);
        Assert.Contains(result.Findings, found => found.Severity == CheckSeverity.Damage
            && (found.Object == lost.Key || found.Message.Contains(lost.Key.Split('-')[^1])));
        Assert.Equal(world.Bucket.Versions().Count, result.Of(AuditLevel.Content).Objects);
    }

    [Fact]
    public async Task What_is_hidden_or_replaced_can_be_recovered_and_what_a_prune_deleted_is_nothing()
    {
        await using var world = await MakeAsync();
        world.Source.File("file", world.Random.Bytes(50_000));
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.BackupAsync();
        await world.ForgetAsync(keep: 1);
        world.Time.Advance(TimeSpan.FromDays(41));
        await world.LeaseAsync();
        await world.PruneAsync(new PruneOptions
        {
            Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero, MaxUnusedPercent = 100,
        });
        Assert.Contains(world.Bucket.Versions(), version => version.IsDeleteMarker);
        Assert.Empty((await world.AuditAsync()).Findings);
        var shown = world.Bucket.Versions().GroupBy(version => version.Key)
            .Where(group => !group.Last().IsDeleteMarker).Select(group => group.Last()).ToList();
        var packs = shown.Where(version => version.Key.StartsWith("packs/")).ToList();
        // The older one is void, and only its lock keeps it.
        var ledger = shown.Last(version => version.Key.StartsWith("ledgers/"));
        world.Bucket.Delete(Caller.Owner, packs[0].Key);
        Plant(world, packs[1], packs[1].Content.Length, hasChecksum: true);
        Plant(world, ledger, 7, hasChecksum: false);
        var result = await world.AuditAsync();
        Assert.False(result.IsDamaged);
        Assert.Equal(
            new[] { packs[0].Key, packs[1].Key, ledger.Key }.Order(StringComparer.Ordinal),
            result.Findings.Where(found => found.Severity == CheckSeverity.Repairable)
                .Select(found => found.Object).Order(StringComparer.Ordinal));
        Assert.All(
            result.Findings.Where(found => found.Severity == CheckSeverity.Repairable),
            found => Assert.Contains("cairn recover", found.Message));
        // A writer whose answer was lost stores the same once more, which is told apart by its checksum.
        world.Bucket.Put(Caller.Owner, new PutRequest(packs[0].Key, packs[0].Content).WithSha256());
        world.Bucket.Put(Caller.Owner, new PutRequest(packs[1].Key, packs[1].Content).WithSha256());
        world.Bucket.Put(Caller.Owner, new PutRequest(ledger.Key, ledger.Content).WithSha256());
        Assert.DoesNotContain(
            (await world.AuditAsync()).Findings, found => found.Severity != CheckSeverity.Note);
    }

    [Fact]
    public async Task What_is_not_locked_or_not_for_long_enough_is_told()
    {
        await using var world = await MakeAsync(policy: Governance);
        await world.LeaseAsync();
        Assert.Empty((await world.AuditAsync()).Findings);
        var packs = Packs(world);
        Lock(packs[0], null);
        Lock(packs[1], world.Bucket.Now.AddDays(35));
        var snapshot = world.Bucket.Versions().First(version => version.Key.StartsWith("snapshots/"));
        Lock(snapshot, world.Bucket.Now.AddDays(22));
        var result = await world.AuditAsync();
        Assert.Equal(
            [(packs[0].Key, true), (packs[1].Key, true), (snapshot.Key, true)],
            result.Findings.Select(found => (found.Object, found.Severity == CheckSeverity.Repairable))
                .OrderBy(found => found.Object, StringComparer.Ordinal));
        Assert.Contains(result.Findings, found => found.Message.Contains("not locked"));
        // Hosts rely on what they were told.
        Assert.Contains(result.Findings, found => found.Message.Contains("hosts were told"));
        Assert.Contains(result.Findings, found => found.Message.Contains("every day"));
        Assert.Equal(result.Locks!.Needed - 3, result.Locks.Good);

        void Lock(ObjectVersion version, DateTimeOffset? until) => world.Bucket.PutRetention(
            Caller.Owner, version.Key, version.VersionId,
            until is { } end ? new Retention(LockMode.Governance, end) : null, bypassGovernance: true);
    }

    [Fact]
    public async Task In_wild_weather_the_result_is_the_same()
    {
        await using var world = await MakeAsync();
        var pack = Packs(world)[0];
        world.Bucket.Delete(Caller.Owner, pack.Key);
        var calm = await world.AuditAsync();
        world.MaintainerState = new MemoryStateFolder();
        var weather = new SimulatedStore(
            world.Bucket, CairnRoles.Maintainer(world.LockDays),
            FaultPlan.Random(5, FaultRates.Wild with { LatencyMin = default, LatencyMax = default, TimedOut = 0 }));
        await using var store = new RetryingStore(
            weather, new RetryOptions { AttemptsMax = 200, Patience = TimeSpan.FromDays(1) }, new EagerTime(),
            () => 0.5);
        var wild = await world.AuditAsync(store);
        Assert.Equal(calm.Findings, wild.Findings);
        Assert.Equal(calm.Of(AuditLevel.Content), wild.Of(AuditLevel.Content));
    }

    [Fact]
    public async Task Index_objects_that_a_prune_put_into_another_are_no_trace_of_anybody()
    {
        await using var world = await MakeAsync(new BucketOptions(), hasLease: false);
        for (var i = 0; i < 3; i++)
        {
            world.Source.File($"more{i}", world.Random.Bytes(5_000));
            world.Time.Advance(TimeSpan.FromMinutes(5));
            await world.BackupAsync();
        }
        var pruned = await world.PruneAsync(new PruneOptions
        {
            Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero, MaxUnusedPercent = 100, IndexObjectsMin = 4,
        });
        Assert.Equal(4, pruned.IndexObjectsDeleted);
        Assert.Equal(4, world.Bucket.Versions().Count(version => version.IsDeleteMarker));
        Assert.Empty((await world.AuditAsync()).Findings);
        Assert.Empty((await world.PlanRecoveryAsync()).Items);
        // Somebody may hide the other one, though: with that the small ones are gone too.
        var outer = world.Bucket.Versions().Where(version => version.Key.StartsWith("index/"))
            .GroupBy(version => version.Key).Select(group => group.Last()).Single(newest => !newest.IsDeleteMarker);
        world.Bucket.Delete(Caller.Owner, outer.Key);
        Assert.Equal(outer.Key, Assert.Single((await world.PlanRecoveryAsync()).Items).Good.Key.Value);
    }

    static List<ObjectVersion> Packs(LeaseWorld world) =>
        [.. world.Bucket.Versions().Where(version => version.Key.StartsWith("packs/"))];

    static void Plant(LeaseWorld world, ObjectVersion place, int length, bool hasChecksum)
    {
        var put = new PutRequest(place.Key, world.Random.Bytes(length));
        world.Bucket.Put(Caller.Owner, hasChecksum ? put.WithSha256() : put);
    }

    static PolicyPlan Plan(LeaseWorld world) => new()
    {
        Bucket = "bucket", Prefix = "", Lease = world.Policy, KnowsConditions = true,
    };

    /// <summary>With one snapshot.</summary>
    static async Task<LeaseWorld> MakeAsync(
        BucketOptions? options = null, LeasePolicy? policy = null, bool hasLease = true,
        StorageClass dataClass = StorageClass.Standard)
    {
        var world = await LeaseWorld.CreateAsync(policy, options, hasLease: hasLease);
        world.DataClass = dataClass;
        // The roles of the simulation lock in the other mode.
        if (policy is not null)
            (world.HostCaller, world.MaintainerCaller) = (Caller.Owner, Caller.Owner);
        world.Source.File("file", world.Random.Bytes(50_000));
        world.Source.File("stays", world.Random.Bytes(20_000));
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.BackupAsync();
        return world;
    }
}
