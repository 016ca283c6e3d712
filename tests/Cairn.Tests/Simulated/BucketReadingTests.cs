using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class BucketReadingTests
{
    readonly SimulatedBucket _bucket = new(new EagerTime());

    [Fact]
    public void What_is_missing_is_404_and_403_to_who_may_not_list_the_bucket()
    {
        Refused.With(404, "NoSuchKey", () => _bucket.Get(Caller.Owner, "a"));
        Refused.With(404, "NoSuchKey", () => _bucket.Head(Caller.Owner, "a"));
        foreach (var reader in new[]
        {
            new Caller("blind", new Grant(S3Actions.GetObject)),
            new Caller("prefix", new Grant(S3Actions.GetObject), new Grant(S3Actions.ListBucket, "a/")),
        })
            Refused.With(403, "AccessDenied", () => _bucket.Head(reader, "a/b"));
    }

    [Fact]
    public void A_delete_marker_hides_all_versions_but_not_from_who_names_one()
    {
        var version = _bucket.Put(Caller.Owner, new PutRequest("a", [1]));
        _bucket.Delete(Caller.Owner, "a");
        var marker = _bucket.Versions("a")[1];
        Refused.With(404, "NoSuchKey", () => _bucket.Get(Caller.Owner, "a"));
        Refused.With(405, "MethodNotAllowed", () => _bucket.Get(Caller.Owner, "a", marker.VersionId));
        Refused.With(404, "NoSuchVersion", () => _bucket.Get(Caller.Owner, "a", "other"));
        Assert.Equal([1], _bucket.Get(Caller.Owner, "a", version.VersionId).Body.ToArray());
        _bucket.DeleteVersion(Caller.Owner, "a", marker.VersionId);
        Assert.Equal([1], _bucket.Get(Caller.Owner, "a").Body.ToArray());
    }

    [Fact]
    public void A_delete_of_nothing_leaves_a_marker_and_of_no_version_is_no_error()
    {
        _bucket.Delete(Caller.Owner, "a");
        Assert.True(Assert.Single(_bucket.Versions("a")).IsDeleteMarker);
        _bucket.DeleteVersion(Caller.Owner, "b", "other");
    }

    [Fact]
    public void A_range_is_cut_at_the_end_and_refused_behind_it()
    {
        _bucket.Put(Caller.Owner, new PutRequest("a", [0, 1, 2, 3]));
        Assert.Equal([1, 2], Read(1, 2));
        Assert.Equal([3], Read(3, long.MaxValue));
        foreach (var (first, last) in new[] { (4L, 4L), (-1L, 2L), (2L, 1L) })
            Refused.With(416, "InvalidRange", () => Read(first, last));
    }

    [Fact]
    public void A_failing_disk_changes_and_loses_what_is_stored()
    {
        var put = new PutRequest("a", [1, 2]).WithSha256();
        var version = _bucket.Put(Caller.Owner, put);
        _bucket.Corrupt("a", version.VersionId, bytes => bytes[..1]);
        var damaged = _bucket.Get(Caller.Owner, "a");
        Assert.Equal([1], damaged.Body.ToArray());
        Assert.Equal((version.VersionId, put.Checksum), (damaged.Version.VersionId, damaged.Version.Checksum));
        _bucket.Lose("a", version.VersionId);
        Assert.Empty(_bucket.Versions());
    }

    byte[] Read(long first, long last) =>
        _bucket.Get(Caller.Owner, "a", range: new HttpRange(first, last)).Body.ToArray();
}
