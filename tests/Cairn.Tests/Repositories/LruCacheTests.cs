using Cairn.Engine.Repositories.Reading;

namespace Cairn.Tests.Repositories;

public sealed class LruCacheTests
{
    [Fact]
    public void What_was_used_longest_ago_goes_first()
    {
        var evicted = new List<string>();
        var cache = new LruCache<int, string>(costMax: 10, evicted.Add);
        Assert.True(cache.TryAdd(1, "one", 4));
        Assert.True(cache.TryAdd(2, "two", 4));
        Assert.True(cache.TryGet(1, out _));
        Assert.True(cache.TryAdd(3, "three", 4));
        Assert.Equal(["two"], evicted);
        Assert.False(cache.TryGet(2, out _));
        Assert.False(cache.TryAdd(1, "again", 1));
        Assert.False(cache.TryAdd(9, "too large", 11));
        cache.Clear();
        Assert.Equal(["two", "one", "three"], evicted);
    }
}
