using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Xunit;

namespace Cairn.Testing.Stores;

/// <summary>
/// What every store promises to its readers. <see cref="ObjectStoreConformance"/> adds what concerns writing.
/// </summary>
public abstract class ObjectStoreReadConformance : IAsyncLifetime
{
    protected const int Roomy = 1 << 20;

    protected static readonly byte[] Ten = [.. Enumerable.Range(0, 10).Select(i => (byte)(i * 3))];

    IObjectStore? _store;

    protected IObjectStore Store => _store!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A new, empty store.</summary>
    protected abstract ValueTask<IObjectStore> CreateAsync();

    /// <summary>Brings an object into the store by whatever way.</summary>
    protected virtual async Task ArrangeAsync(string key, byte[] content) =>
        Assert.Equal(PutOutcome.Stored, await Store.PutAsync(new ObjectKey(key), [content], PutOptions.Hot, Token));

    /// <summary>Brings something into the store that Cairn would not write; false if that cannot be.</summary>
    protected abstract bool PlantForeign(string name, byte[] content);

    public virtual async ValueTask InitializeAsync() => _store = await CreateAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_object_is_read_back_as_it_was_stored()
    {
        await ArrangeAsync("packs/00/object", Ten);
        Assert.Equal(Ten, await ReadAsync("packs/00/object", ByteRange.Whole));
    }

    [Fact]
    public async Task An_object_of_no_bytes_is_an_object()
    {
        await ArrangeAsync("index/empty", []);
        Assert.Empty(await ReadAsync("index/empty", ByteRange.Whole, maxBytes: 0));
        Assert.Empty(await ReadAsync("index/empty", new ByteRange(0, 0)));
        Assert.Equal(0, (await Store.StatAsync(new ObjectKey("index/empty"), Token))!.Value.Size);
        Assert.Equal(["index/empty"], await NamesAsync(""));
        await FailsAsync(StoreErrorKind.RangeNotSatisfiable, "index/empty", new ByteRange(0, 1));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    [InlineData(3, 4)]
    [InlineData(4, 0)]
    [InlineData(10, 0)]
    public async Task A_range_inside_the_object_gives_just_its_bytes(int offset, int length)
    {
        await ArrangeAsync("a/b", Ten);
        Assert.Equal(Ten.AsSpan(offset, length).ToArray(), await ReadAsync("a/b", new ByteRange(offset, length)));
    }

    [Theory]
    [InlineData(0, 11)]
    [InlineData(9, 2)]
    [InlineData(10, 1)]
    [InlineData(11, 0)]
    [InlineData(11, 1)]
    [InlineData(-1, 1)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(1, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public async Task A_range_that_leaves_the_object_is_refused_and_never_shortened(long offset, long length)
    {
        await ArrangeAsync("a/b", Ten);
        await FailsAsync(StoreErrorKind.RangeNotSatisfiable, "a/b", new ByteRange(offset, length));
    }

    [Fact]
    public async Task What_is_larger_than_the_reader_allows_is_refused()
    {
        await ArrangeAsync("a/big", new byte[3_000_000]);
        await FailsAsync(StoreErrorKind.TooLarge, "a/big", ByteRange.Whole, maxBytes: 2_999_999);
        await FailsAsync(StoreErrorKind.TooLarge, "a/big", ByteRange.Whole, maxBytes: 0);
        await FailsAsync(StoreErrorKind.TooLarge, "a/big", new ByteRange(5, 11), maxBytes: 10);
        Assert.Equal(3_000_000, (await ReadAsync("a/big", ByteRange.Whole, maxBytes: 3_000_000)).Length);
        Assert.Equal(10, (await ReadAsync("a/big", new ByteRange(5, 10), maxBytes: 10)).Length);
    }

    [Theory]
    [InlineData("cairn.json")]
    [InlineData("packs/00/none")]
    [InlineData("a/b/c/none")]
    [InlineData("a")]
    [InlineData("a/b/none")]
    public async Task An_object_that_is_not_there_is_not_found_and_the_message_names_it(string key)
    {
        // "a" is only the beginning of a name, and "a/b" is an object and has nothing below it.
        await ArrangeAsync("a/b", Ten);
        var error = await FailsAsync(StoreErrorKind.NotFound, key, ByteRange.Whole);
        Assert.Contains(key, error.Message);
        Assert.Equal(new ObjectKey(key), error.Key);
        Assert.False(error.IsTransient);
        Assert.Null(await Store.StatAsync(new ObjectKey(key), Token));
    }

    [Fact]
    public async Task Stat_tells_the_size()
    {
        await ArrangeAsync("a/b", Ten);
        var info = await Store.StatAsync(new ObjectKey("a/b"), Token);
        Assert.NotNull(info);
        Assert.Equal((new ObjectKey("a/b"), 10L, null), (info.Value.Key, info.Value.Size, info.Value.ForeignName));
    }

    [Fact]
    public async Task A_listing_is_in_the_ordinal_order_of_keys_also_where_a_slash_meets_a_dash()
    {
        // '-' and '.' sort before '/', digits and letters behind it, capitals before small letters.
        string[] sorted =
        [
            "A/z", "a-b", "a.b", "a/-", "a/b", "a/b-c/x", "a/b.c/x", "a/c/d", "a/c/d0", "a0", "a_b", "aa", "cairn.json",
        ];
        foreach (var key in sorted.Reverse())
            await ArrangeAsync(key, Ten);
        Assert.Equal(sorted.Order(StringComparer.Ordinal), sorted);
        Assert.Equal(sorted, InOrder(await NamesAsync("")));
        Assert.Equal(["a/-", "a/b", "a/b-c/x", "a/b.c/x", "a/c/d", "a/c/d0"], InOrder(await NamesAsync("a/")));
    }

    [Fact]
    public async Task A_prefix_is_of_whole_segments()
    {
        foreach (var key in new[] { "packs/0/x", "packs/00/x", "packs/00/y", "packs/000/x", "packsx/00/x" })
            await ArrangeAsync(key, Ten);
        Assert.Equal(["packs/00/x", "packs/00/y"], await NamesAsync("packs/00/"));
        Assert.Empty(await NamesAsync("packs/1/"));
        Assert.Empty(await NamesAsync("none/"));
        Assert.Empty(await NamesAsync("packs/00/x/"));
        foreach (var wrong in new[] { "packs", "/", "packs//", "/packs/", "../" })
            await Assert.ThrowsAsync<InvariantViolatedException>(() => NamesAsync(wrong));
    }

    [Fact]
    public async Task A_listing_of_many_objects_names_each_once_with_its_size()
    {
        var expected = Enumerable.Range(0, ManyObjects)
            .Select(i => (Name: $"many/{i % 7:x2}/{i:d6}", Size: (long)(i % 11)))
            .OrderBy(o => o.Name, StringComparer.Ordinal).ToList();
        foreach (var (name, size) in expected)
            await ArrangeAsync(name, new byte[size]);
        var listed = await ListAsync("many/");
        Assert.Equal(expected, listed.Select(info => (info.Key.Value, info.Size)));
    }

    [Fact]
    public async Task A_listing_of_an_empty_store_is_empty() => Assert.Empty(await NamesAsync(""));

    [Theory]
    [InlineData("a/Ü bung.txt")]
    [InlineData("a/b (copy)")]
    [InlineData("notes of a stranger~")]
    [InlineData("a/~0123.tmp")]
    public async Task A_foreign_name_is_reported_in_its_place_and_not_dropped(string name)
    {
        await ArrangeAsync("a/a", Ten);
        await ArrangeAsync("zz", Ten);
        if (!PlantForeign(name, [1, 2, 3]))
            Assert.Skip("this store has no foreign names");
        var listed = await ListAsync("");
        Assert.Equal(new[] { "a/a", name, "zz" }.Order(StringComparer.Ordinal), listed.Select(info => info.Name));
        var foreign = Assert.Single(listed, info => info.ForeignName is not null);
        Assert.Equal((name, 3L), (foreign.ForeignName, foreign.Size));
    }

    [Fact]
    public async Task A_cancelled_token_makes_no_reading_request()
    {
        await ArrangeAsync("a/b", Ten);
        var key = new ObjectKey("a/b");
        var cancelled = new CancellationToken(canceled: true);
        await IsCancelledAsync(() => Store.GetAsync(key, ByteRange.Whole, Roomy, cancelled));
        await IsCancelledAsync(() => Store.StatAsync(key, cancelled));
        await IsCancelledAsync(async () =>
        {
            await foreach (var _ in Store.ListAsync("", cancelled))
                Assert.Fail("a name was listed");
        });
    }

    [Fact]
    public async Task Many_readers_at_once_each_get_their_own_bytes()
    {
        for (var i = 0; i < 16; i++)
            await ArrangeAsync($"a/{i}", [.. Enumerable.Repeat((byte)i, 1000 + i)]);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
        {
            var i = n % 16;
            var content = await ReadAsync($"a/{i}", n % 3 == 0 ? new ByteRange(i, 900) : ByteRange.Whole);
            Assert.Equal(n % 3 == 0 ? 900 : 1000 + i, content.Length);
            Assert.All(content, b => Assert.Equal((byte)i, b));
        }));
    }

    [Fact]
    public void A_store_says_what_it_can_do()
    {
        Assert.InRange(Store.Capabilities.Concurrency, 1, 1000);
        Assert.NotEmpty(Store.Location);
    }

    protected virtual int ManyObjects => 2500;

    /// <summary>As they came, where the store promises an order.</summary>
    protected IEnumerable<string> InOrder(IEnumerable<string> names) =>
        Store.Capabilities.ListsInOrder ? names : names.Order(StringComparer.Ordinal);

    protected async Task<byte[]> ReadAsync(string key, ByteRange range, int maxBytes = Roomy)
    {
        using var buffer = await Store.GetAsync(new ObjectKey(key), range, maxBytes, Token);
        return buffer.Span.ToArray();
    }

    protected async Task<List<ObjectInfo>> ListAsync(string prefix)
    {
        var found = new List<ObjectInfo>();
        await foreach (var info in Store.ListAsync(prefix, Token))
            found.Add(info);
        return found;
    }

    protected async Task<List<string>> NamesAsync(string prefix) =>
        [.. (await ListAsync(prefix)).Select(info => info.Name)];

    protected async Task<StoreException> FailsAsync(
        StoreErrorKind kind, string key, ByteRange range, int maxBytes = Roomy)
    {
        var error = await Assert.ThrowsAsync<StoreException>(() => ReadAsync(key, range, maxBytes));
        Assert.Equal(kind, error.Kind);
        Assert.Contains(key, error.Message);
        return error;
    }

    protected static async Task IsCancelledAsync(Func<Task> call) =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(call);
}
