using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class BucketListingTests
{
    readonly EagerTime _time = new();

    [Fact]
    public void Objects_come_in_pages_of_a_thousand_by_name_and_only_the_current_ones()
    {
        var bucket = new SimulatedBucket(_time);
        var names = Enumerable.Range(0, 2500).Select(i => $"a/{i:d4}").ToList();
        foreach (var name in Enumerable.Reverse(names))
            bucket.Put(Caller.Owner, new PutRequest(name, []));
        bucket.Delete(Caller.Owner, "a/0500");
        bucket.Put(Caller.Owner, new PutRequest("b", []));
        names.Remove("a/0500");
        var pages = Pages(after => bucket.ListObjects(Caller.Owner, "a/", after));
        Assert.Equal([1000, 1000, 499], pages.Select(page => page.Count));
        Assert.Equal(names, pages.SelectMany(page => page).Select(version => version.Key));
        Assert.Equal(3, bucket.Log.Count("ListObjects"));
    }

    [Fact]
    public void Versions_come_by_name_and_the_newest_first_also_across_pages()
    {
        for (var pageMax = 1; pageMax <= 8; pageMax++)
        {
            var bucket = new SimulatedBucket(_time, new BucketOptions { PageMax = pageMax });
            foreach (var (key, content) in new[] { ("a", 1), ("b", 2), ("a", 3), ("c", 4), ("a", 5) })
                bucket.Put(Caller.Owner, new PutRequest(key, [(byte)content]));
            bucket.Delete(Caller.Owner, "b");
            var pages = Pages(after => bucket.ListVersions(Caller.Owner, "", after));
            Assert.Equal((6 + pageMax - 1) / pageMax, pages.Count);
            Assert.Equal(
                ["a 5 latest", "a 3", "a 1", "b marker latest", "b 2", "c 4 latest"],
                pages.SelectMany(page => page).Select(Describe));
        }
    }

    [Fact]
    public void A_page_goes_on_behind_a_version_that_was_removed_since()
    {
        var bucket = new SimulatedBucket(_time, new BucketOptions { PageMax = 1 });
        foreach (var key in new[] { "a", "b", "b", "c" })
            bucket.Put(Caller.Owner, new PutRequest(key, []));
        var second = bucket.ListVersions(Caller.Owner, after: bucket.ListVersions(Caller.Owner).Next);
        bucket.DeleteVersion(Caller.Owner, "b", second.Entries[0].Version.VersionId);
        var third = bucket.ListVersions(Caller.Owner, after: second.Next);
        Assert.Equal("b", third.Entries[0].Version.Key);
        Assert.Equal("c", bucket.ListVersions(Caller.Owner, after: third.Next).Entries[0].Version.Key);
    }

    [Fact]
    public void A_stale_listing_misses_only_young_puts_and_replays_from_its_seed()
    {
        var first = StaleRun(seed: 1);
        Assert.Equal(first, StaleRun(seed: 1));
        Assert.NotEqual(first, StaleRun(seed: 2));
        Assert.InRange(first.Count, 5, 95);
    }

    [Fact]
    public void A_put_that_is_old_enough_is_listed_and_reads_are_never_stale()
    {
        var bucket = new SimulatedBucket(
            _time, new BucketOptions { StaleListing = new StaleListing(Operations: 5, Seed: 1) });
        bucket.Put(Caller.Owner, new PutRequest("a", [1]));
        for (var i = 0; i < 5; i++)
            Assert.Equal(1, bucket.Head(Caller.Owner, "a").Size);
        for (var i = 0; i < 50; i++)
            Assert.Single(bucket.ListObjects(Caller.Owner).Entries);
    }

    List<int> StaleRun(ulong seed)
    {
        var bucket = new SimulatedBucket(
            _time, new BucketOptions { StaleListing = new StaleListing(Operations: 3, seed) });
        var missed = new List<int>();
        for (var i = 0; i < 100; i++)
        {
            bucket.Put(Caller.Owner, new PutRequest($"a/{i:d3}", []));
            if (bucket.ListObjects(Caller.Owner).Entries.All(version => version.Key != $"a/{i:d3}"))
                missed.Add(i);
        }
        return missed;
    }

    static string Describe(ListedVersion listed)
    {
        var version = listed.Version;
        var what = version.IsDeleteMarker ? "marker" : $"{version.Content[0]}";
        return $"{version.Key} {what}{(listed.IsLatest ? " latest" : "")}";
    }

    static List<IReadOnlyList<T>> Pages<T>(Func<ListPosition?, ListPage<T>> list)
    {
        var pages = new List<IReadOnlyList<T>>();
        ListPosition? next = null;
        do
        {
            var page = list(next);
            pages.Add(page.Entries);
            next = page.Next;
        }
        while (next is not null);
        return pages;
    }
}
