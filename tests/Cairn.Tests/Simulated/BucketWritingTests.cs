using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class BucketWritingTests
{
    static readonly PutRequest Plain = new("a", [1, 2, 3]);
    static readonly PutRequest Create = Plain with { IfNoneMatch = true };

    readonly EagerTime _time = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, 750, TimeSpan.Zero));

    [Fact]
    public void A_plain_put_makes_a_new_version_and_keeps_the_old()
    {
        var bucket = new SimulatedBucket(_time);
        var first = bucket.Put(Caller.Owner, Plain);
        var second = bucket.Put(Caller.Owner, Plain with { Content = [4] });
        Assert.Equal([4], bucket.Get(Caller.Owner, "a").Body.ToArray());
        Assert.Equal([1, 2, 3], bucket.Get(Caller.Owner, "a", first.VersionId).Body.ToArray());
        Assert.NotEqual(first.VersionId, second.VersionId);
        Assert.Equal("5289df737df57326fcdd22597afb1fac", first.ETag);
    }

    [Fact]
    public void Without_versions_a_put_replaces_and_a_delete_removes()
    {
        var bucket = new SimulatedBucket(_time, new BucketOptions { HasVersions = false });
        bucket.Put(Caller.Owner, Plain);
        bucket.Put(Caller.Owner, Plain with { Content = [4] });
        Assert.Equal("null", Assert.Single(bucket.Versions()).VersionId);
        bucket.Delete(Caller.Owner, "a");
        Assert.Empty(bucket.Versions());
    }

    [Fact]
    public void Last_modified_is_the_servers_time_in_whole_seconds()
    {
        var put = new SimulatedBucket(_time).Put(Caller.Owner, Plain);
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), put.LastModified);
    }

    [Fact]
    public void A_conditional_put_over_an_object_is_refused_with_412_and_over_a_marker_it_stores()
    {
        var bucket = new SimulatedBucket(_time);
        bucket.Put(Caller.Owner, Create);
        Refused.With(412, "PreconditionFailed", () => bucket.Put(Caller.Owner, Create));
        bucket.Delete(Caller.Owner, "a");
        bucket.Put(Caller.Owner, Create);
        Assert.Equal(3, bucket.Versions("a").Count);
    }

    [Fact]
    public void Of_two_conditional_puts_under_way_the_first_to_arrive_wins()
    {
        var bucket = new SimulatedBucket(_time);
        var late = bucket.BeginPut(Caller.Owner, Create);
        bucket.BeginPut(Caller.Owner, Create with { Content = [9] }).Commit();
        Refused.With(412, "PreconditionFailed", () => late.Commit());
        Assert.Equal([9], bucket.Get(Caller.Owner, "a").Body.ToArray());
    }

    [Fact]
    public void A_delete_during_a_conditional_put_makes_it_409_and_trying_again_helps()
    {
        var bucket = new SimulatedBucket(_time);
        bucket.Put(Caller.Owner, Create);
        var late = bucket.BeginPut(Caller.Owner, Create);
        bucket.Delete(Caller.Owner, "a");
        Refused.With(409, "ConditionalRequestConflict", () => late.Commit());
        bucket.Put(Caller.Owner, Create);
    }

    [Fact]
    public void A_store_may_ignore_the_condition_or_not_know_it()
    {
        var ignoring = new SimulatedBucket(_time, new BucketOptions { ConditionalPuts = ConditionalPuts.Ignored });
        ignoring.Put(Caller.Owner, Create);
        ignoring.Put(Caller.Owner, Create);
        Assert.Equal(2, ignoring.Versions("a").Count);
        var refusing = new SimulatedBucket(_time, new BucketOptions { ConditionalPuts = ConditionalPuts.Refused });
        Refused.With(501, "NotImplemented", () => refusing.Put(Caller.Owner, Create));
    }

    [Theory]
    [InlineData(ChecksumKind.Md5)]
    [InlineData(ChecksumKind.Crc32C)]
    [InlineData(ChecksumKind.Sha256)]
    public void A_checksum_that_does_not_match_stores_nothing(ChecksumKind kind)
    {
        var bucket = new SimulatedBucket(_time);
        var wrong = Checksum.Of(kind, [1, 2]);
        Refused.With(400, "BadDigest", () => bucket.Put(Caller.Owner, Plain with { Checksum = wrong }));
        Assert.Empty(bucket.Versions());
        bucket.Put(Caller.Owner, Plain with { Checksum = Checksum.Of(kind, Plain.Content) });
    }

    [Fact]
    public void Checksums_are_those_of_their_standards()
    {
        var digits = "123456789"u8;
        Assert.Equal("4waSgw==", Checksum.Of(ChecksumKind.Crc32C, digits).Value);
        Assert.Equal("JfnnlDI7RTiF9RgfG2JNCw==", Checksum.Of(ChecksumKind.Md5, digits).Value);
    }

    [Theory]
    [InlineData(KeptChecksums.All, true, true)]
    [InlineData(KeptChecksums.Crc32C, true, false)]
    [InlineData(KeptChecksums.Sha256, false, true)]
    [InlineData(KeptChecksums.None, false, false)]
    public void A_bucket_gives_back_the_checksums_that_it_keeps(KeptChecksums kept, bool crc, bool sha)
    {
        var bucket = new SimulatedBucket(_time, new BucketOptions { KeptChecksums = kept });
        foreach (var kind in Enum.GetValues<ChecksumKind>())
            bucket.Put(Caller.Owner, new PutRequest($"{kind}", [1]) { Checksum = Checksum.Of(kind, [1]) });
        Assert.Equal(crc, bucket.Head(Caller.Owner, "Crc32C").Checksum is not null);
        Assert.Equal(sha, bucket.Head(Caller.Owner, "Sha256").Checksum is not null);
        Assert.Null(bucket.Head(Caller.Owner, "Md5").Checksum);
    }
}
