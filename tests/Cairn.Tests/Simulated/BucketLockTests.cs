using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class BucketLockTests
{
    static readonly PutRequest Plain = new PutRequest("a", [1, 2, 3]).WithSha256();
    static readonly Caller Weak = new("weak", new Grant(S3Actions.All & ~S3Actions.BypassGovernanceRetention));

    readonly EagerTime _time = new();
    readonly SimulatedBucket _bucket;
    readonly SimulatedBucket _unlocked;

    public BucketLockTests()
    {
        _bucket = new SimulatedBucket(_time, BucketOptions.Locked);
        _unlocked = new SimulatedBucket(_time);
    }

    [Fact]
    public void Lock_headers_need_a_lock_bucket_both_parts_a_future_date_and_a_checksum()
    {
        var put = Locked(LockMode.Compliance, days: 1);
        Refused.With(400, "InvalidRequest", () => _unlocked.Put(Caller.Owner, put));
        foreach (var wrong in new[]
        {
            put with { LockMode = null }, put with { RetainUntil = null }, put with { RetainUntil = _bucket.Now },
            Locked(LockMode.Governance, days: -1), Locked(LockMode.Compliance, days: 36_600),
        })
            Refused.With(400, "InvalidArgument", () => _bucket.Put(Caller.Owner, wrong));
        Refused.With(400, "InvalidRequest", () => _bucket.Put(Caller.Owner, put with { Checksum = null }));
        Assert.Empty(_bucket.Versions());
        var md5 = Checksum.Of(ChecksumKind.Md5, put.Content);
        Assert.NotNull(_bucket.Put(Caller.Owner, put with { Checksum = md5 }).Retention);
    }

    [Fact]
    public void A_default_retention_counts_from_the_servers_time_and_yields_to_headers()
    {
        var bucket = WithDefault(LockMode.Governance, 30);
        Assert.Equal(Until(30), bucket.Put(Caller.Owner, Plain).Retention!.RetainUntil);
        var own = bucket.Put(Caller.Owner, Locked(LockMode.Compliance, days: 2)).Retention!;
        Assert.Equal((LockMode.Compliance, Until(2)), (own.Mode, own.RetainUntil));
        Refused.With(400, "InvalidRequest", () => bucket.Put(Caller.Owner, Plain with { Checksum = null }));
    }

    [Fact]
    public void A_changed_default_does_not_touch_what_is_stored()
    {
        var bucket = WithDefault(LockMode.Governance, 30);
        bucket.Put(Caller.Owner, Plain);
        bucket.Options = bucket.Options with { DefaultRetention = new DefaultRetention(LockMode.Compliance, 90) };
        Assert.Equal(Until(30), bucket.GetRetention(Caller.Owner, "a").RetainUntil);
        Assert.Equal(Until(90), bucket.Put(Caller.Owner, Plain).Retention!.RetainUntil);
        Assert.Equal(90, bucket.GetLockConfiguration(Caller.Owner)!.Days);
        Refused.With(
            404, "ObjectLockConfigurationNotFoundError", () => _unlocked.GetLockConfiguration(Caller.Owner));
    }

    [Fact]
    public void A_compliance_lock_yields_to_nobody_until_its_last_moment()
    {
        var version = _bucket.Put(Caller.Owner, Locked(LockMode.Compliance, days: 10)).VersionId;
        _time.Advance(TimeSpan.FromDays(10) - TimeSpan.FromTicks(1));
        foreach (var bypass in new[] { false, true })
        {
            Assert.True(Refused.With(403, "AccessDenied", () => Delete(Caller.Owner, version, bypass)).IsLock);
            foreach (var weaker in new[] { null, new Retention(LockMode.Governance, Until(99)) })
                Refused.With(403, "AccessDenied", () => Extend(Caller.Owner, version, weaker, bypass));
        }
        _time.Advance(TimeSpan.FromTicks(1));
        Delete(Caller.Owner, version);
        Assert.Empty(_bucket.Versions());
    }

    [Fact]
    public void A_lock_can_be_prolonged_and_set_again_but_not_shortened()
    {
        foreach (var mode in Enum.GetValues<LockMode>())
        {
            var version = _bucket.Put(Caller.Owner, Locked(mode, days: 10)).VersionId;
            Extend(Weak, version, new Retention(mode, Until(10)));
            Extend(Weak, version, new Retention(mode, Until(20)));
            Extend(Weak, version, new Retention(LockMode.Compliance, Until(20)));
            var shorter = new Retention(LockMode.Compliance, Until(20).AddTicks(-1));
            Assert.True(Refused.With(403, "AccessDenied", () => Extend(Weak, version, shorter)).IsLock);
            Assert.Equal(Until(20), _bucket.GetRetention(Weak, "a", version).RetainUntil);
        }
    }

    [Fact]
    public void Governance_yields_to_the_right_with_the_header_and_to_neither_alone()
    {
        var version = _bucket.Put(Caller.Owner, Locked(LockMode.Governance, days: 10)).VersionId;
        foreach (var (caller, bypass) in new[] { (Caller.Owner, false), (Weak, true), (Weak, false) })
        {
            Refused.With(403, "AccessDenied", () => Delete(caller, version, bypass));
            Refused.With(403, "AccessDenied", () => Extend(caller, version, retention: null, bypass));
        }
        Extend(Caller.Owner, version, new Retention(LockMode.Governance, Until(1)), bypass: true);
        Extend(Caller.Owner, version, retention: null, bypass: true);
        Refused.With(404, "NoSuchObjectLockConfiguration", () => _bucket.GetRetention(Weak, "a", version));
        Delete(Weak, version);
    }

    [Fact]
    public void A_lock_forbids_neither_new_versions_nor_markers()
    {
        var version = _bucket.Put(Caller.Owner, Locked(LockMode.Compliance, days: 10));
        _bucket.Put(Caller.Owner, Plain);
        _bucket.Delete(Caller.Owner, "a");
        Assert.Equal(3, _bucket.Versions("a").Count);
        var marker = _bucket.Versions("a")[2].VersionId;
        Refused.With(405, "MethodNotAllowed", () => _bucket.GetRetention(Caller.Owner, "a", marker));
        Refused.With(
            405, "MethodNotAllowed", () => Extend(Caller.Owner, marker, new Retention(LockMode.Compliance, Until(1))));
        Delete(Weak, marker);
        Assert.Equal(version.LastModified, _bucket.Versions("a")[0].LastModified);
    }

    // What a tool that extends by name alone falls for.
    [Fact]
    public void Without_a_version_the_lock_goes_to_whatever_is_current()
    {
        var good = _bucket.Put(Caller.Owner, Locked(LockMode.Compliance, days: 1));
        var planted = _bucket.Put(Caller.Owner, Plain with { Content = [6], Checksum = null });
        Extend(Caller.Owner, version: null, new Retention(LockMode.Compliance, Until(99)));
        Assert.Equal(Until(99), _bucket.GetRetention(Caller.Owner, "a", planted.VersionId).RetainUntil);
        Assert.Equal(Until(1), _bucket.GetRetention(Caller.Owner, "a", good.VersionId).RetainUntil);
    }

    [Fact]
    public void Requests_about_locks_name_what_is_wrong()
    {
        var year = new Retention(LockMode.Compliance, Until(365));
        var plain = _unlocked.Put(Caller.Owner, Plain).VersionId;
        Refused.With(400, "InvalidRequest", () => _unlocked.PutRetention(Caller.Owner, "a", plain, year));
        Refused.With(400, "InvalidRequest", () => _unlocked.GetRetention(Caller.Owner, "a"));
        Refused.With(
            400, "InvalidArgument",
            () => _unlocked.DeleteVersion(Caller.Owner, "a", plain, bypassGovernance: true));
        Refused.With(404, "NoSuchKey", () => Extend(Caller.Owner, version: null, year));
        var version = _bucket.Put(Caller.Owner, Plain).VersionId;
        Refused.With(404, "NoSuchVersion", () => Extend(Caller.Owner, "other", year));
        Refused.With(404, "NoSuchObjectLockConfiguration", () => _bucket.GetRetention(Caller.Owner, "a"));
        Refused.With(400, "InvalidArgument", () => Extend(Caller.Owner, version, year with { RetainUntil = Until(0) }));
        Refused.With(
            400, "InvalidArgument", () => Extend(Caller.Owner, version, year with { RetainUntil = Until(36_600) }));
    }

    void Delete(Caller caller, string version, bool bypass = false) =>
        _bucket.DeleteVersion(caller, "a", version, bypass);

    void Extend(Caller caller, string? version, Retention? retention, bool bypass = false) =>
        _bucket.PutRetention(caller, "a", version, retention, bypass);

    SimulatedBucket WithDefault(LockMode mode, int days) =>
        new(_time, BucketOptions.Locked with { DefaultRetention = new DefaultRetention(mode, days) });

    PutRequest Locked(LockMode mode, int days) => Plain with { LockMode = mode, RetainUntil = Until(days) };

    DateTimeOffset Until(int days) => _time.GetUtcNow().AddDays(days);
}
