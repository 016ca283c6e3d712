using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class BucketRightsTests
{
    static readonly PutRequest Create = new PutRequest("packs/a", [1]) { IfNoneMatch = true }.WithSha256();

    readonly EagerTime _time = new();
    readonly SimulatedBucket _bucket;

    public BucketRightsTests() => _bucket = new SimulatedBucket(_time, BucketOptions.Locked);

    [Fact]
    public void Every_request_needs_its_own_right()
    {
        var version = _bucket.Put(Caller.Owner, Create).VersionId;
        var (all, lease) = (Caller.Owner, new Retention(LockMode.Governance, Until(1)));
        var requests = new Dictionary<S3Actions, Action<Caller>>
        {
            [S3Actions.GetObject] = caller => _bucket.Get(caller, "packs/a"),
            [S3Actions.GetObjectVersion] = caller => _bucket.Head(caller, "packs/a", version),
            [S3Actions.PutObject] = caller => _bucket.Put(caller, new PutRequest("packs/b", [])),
            [S3Actions.ListBucket] = caller => _bucket.ListObjects(caller),
            [S3Actions.ListBucketVersions] = caller => _bucket.ListVersions(caller),
            [S3Actions.PutObjectRetention] = caller => _bucket.PutRetention(caller, "packs/a", version, lease),
            [S3Actions.GetObjectRetention] = caller => _bucket.GetRetention(caller, "packs/a"),
            [S3Actions.BypassGovernanceRetention] = caller =>
                _bucket.PutRetention(caller, "packs/a", version, retention: null, bypassGovernance: true),
            [S3Actions.GetBucketObjectLockConfiguration] = caller => _bucket.GetLockConfiguration(caller),
            [S3Actions.DeleteObject] = caller => _bucket.Delete(caller, "packs/a"),
            [S3Actions.DeleteObjectVersion] = caller => _bucket.DeleteVersion(caller, "packs/a", version),
        };
        foreach (var (action, request) in requests)
        {
            var without = new Caller("without", new Grant(S3Actions.All & ~action));
            Refused.With(403, "AccessDenied", () => request(without));
            request(all);
        }
        // The one that is left has its own test where the restores are.
        Assert.Equal(S3Actions.All & ~S3Actions.RestoreObject, requests.Keys.Aggregate((a, b) => a | b));
    }

    [Fact]
    public void A_grant_ends_where_its_prefix_does()
    {
        var caller = new Caller("host", new Grant(S3Actions.PutObject | S3Actions.ListBucket, "packs/"));
        _bucket.Put(caller, Create);
        Refused.With(403, "AccessDenied", () => _bucket.Put(caller, Create with { Key = "keys/a" }));
        _bucket.ListObjects(caller, "packs/");
        Refused.With(403, "AccessDenied", () => _bucket.ListObjects(caller));
    }

    // INV-2: what a host may do is to add.
    [Fact]
    public void A_host_adds_and_does_nothing_else()
    {
        var host = CairnRoles.Host("h1");
        var version = _bucket.Put(host, Create).VersionId;
        Refused.With(412, "PreconditionFailed", () => _bucket.Put(host, Create));
        foreach (var request in new Action[]
        {
            () => _bucket.Put(host, Create with { IfNoneMatch = false }),
            () => _bucket.Put(host, Create with { Key = "ledgers/h2/a" }),
            () => _bucket.Get(host, "packs/a"),
            () => _bucket.Get(host, "packs/a", version),
            () => _bucket.Delete(host, "packs/a"),
            () => _bucket.DeleteVersion(host, "packs/a", version),
            () => _bucket.ListObjects(host, "packs/"),
            () => _bucket.Put(host, Locked(LockMode.Compliance, days: 1)),
        })
            Refused.With(403, "AccessDenied", request);
        _bucket.ListObjects(host, "retired/");
        Assert.Equal([version], _bucket.Versions().Select(stored => stored.VersionId));
    }

    [Fact]
    public void The_right_to_lock_is_bounded_in_mode_and_days()
    {
        var host = CairnRoles.Host("h1", lockDaysMax: 30);
        var version = _bucket.Put(host, Locked(LockMode.Compliance, days: 30)).VersionId;
        foreach (var (mode, days) in new[] { (LockMode.Governance, 30), (LockMode.Compliance, 31) })
        {
            var other = Locked(mode, days) with { Key = "packs/b" };
            Refused.With(403, "AccessDenied", () => _bucket.Put(host, other));
            Refused.With(
                403, "AccessDenied",
                () => _bucket.PutRetention(host, "packs/a", version, new Retention(mode, Until(days))));
        }
        Refused.With(403, "AccessDenied", () => _bucket.PutRetention(host, "packs/a", version, retention: null));
        _time.Advance(TimeSpan.FromDays(1));
        _bucket.PutRetention(host, "packs/a", version, new Retention(LockMode.Compliance, Until(30)));
    }

    [Fact]
    public void An_attacker_with_every_right_hides_what_is_locked_and_cannot_destroy_it()
    {
        var attacker = CairnRoles.Attacker();
        var version = _bucket.Put(Caller.Owner, Locked(LockMode.Compliance, days: 30)).VersionId;
        _bucket.Delete(attacker, "packs/a");
        _bucket.Put(attacker, Create with { Content = [6], IfNoneMatch = false, Checksum = null });
        Refused.With(
            403, "AccessDenied", () => _bucket.DeleteVersion(attacker, "packs/a", version, bypassGovernance: true));
        Assert.Equal([1], _bucket.Get(CairnRoles.Restorer(), "packs/a", version).Body.ToArray());
    }

    PutRequest Locked(LockMode mode, int days) => Create with { LockMode = mode, RetainUntil = Until(days) };

    DateTimeOffset Until(int days) => _time.GetUtcNow().AddDays(days);
}
