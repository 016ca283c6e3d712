using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing.Stores;
using Cairn.Testing.Time;

namespace Cairn.Tests.Storage;

public class PrefetchingStoreConformanceTests : DecoratorConformance
{
    protected override ValueTask<IObjectStore> CreateAsync() =>
        new(new PrefetchingStore(Memory, PrefetchingStoreTests.Plan, TimeProvider.System));
}

public class PrefetchingStoreTests
{
    internal static readonly PrefetchPlan Plan = new(
        [new PrefetchStep("a/", IncludesObjects: true), new PrefetchStep("b/", IncludesObjects: false)],
        [new PrefetchStep("c/", IncludesObjects: true)]);

    readonly MemoryStore _memory = new();
    readonly EagerTime _time = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_plan_says_is_under_way_before_anybody_asks_a_chain_in_order()
    {
        await PutAsync("a/1", "a/2", "b/1", "c/1");
        var gate = new TaskCompletionSource();
        var hooked = new HookedStore(_memory)
        {
            Before = (member, name) => (member, name) is (StoreMember.List, "a/") ? gate.Task : Task.CompletedTask,
        };
        await using var store = new PrefetchingStore(hooked, Plan, _time);
        Assert.Equal(["a/", "c/", "c/1"], Begun(hooked).Order());
        gate.SetResult();
        Assert.Equal(["a/1", "a/2"], await NamesAsync(store, "a/"));
        Assert.Equal(["b/1"], await NamesAsync(store, "b/"));
        Assert.Equal(["c/1"], await NamesAsync(store, "c/"));
        foreach (var name in (string[])["a/1", "a/2", "c/1"])
            Assert.Equal(name, await ReadAsync(store, name));
        Assert.Equal(["a/", "a/1", "a/2", "b/", "c/", "c/1"], Begun(hooked).Order());
        Assert.Equal("b/1", await ReadAsync(store, "b/1"));
        Assert.Equal(7, Begun(hooked).Count());
    }

    [Fact]
    public async Task Each_is_given_once_so_who_looks_again_sees_what_came_meanwhile()
    {
        await PutAsync("a/1");
        await using var store = new PrefetchingStore(_memory, Plan, _time);
        Assert.Equal(["a/1"], await NamesAsync(store, "a/"));
        await PutAsync("a/2");
        Assert.Equal(["a/1", "a/2"], await NamesAsync(store, "a/"));
        await _memory.DeleteAsync(new ObjectKey("a/1"), Token);
        Assert.Equal("a/1", await ReadAsync(store, "a/1"));
        Assert.Equal(
            StoreErrorKind.NotFound, (await Assert.ThrowsAsync<StoreException>(() => ReadAsync(store, "a/1"))).Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_look_behind_an_announcement_begins_behind_it_H3(bool isPut)
    {
        await PutAsync("a/1");
        await using var store = new PrefetchingStore(_memory, Plan, _time);
        await PutAsync("a/2", "b/2");
        if (isPut)
            await store.PutAsync(new ObjectKey("ledgers/1"), [], PutOptions.Hot, Token);
        else
            await store.DeleteAsync(new ObjectKey("ledgers/1"), Token);
        Assert.Equal(["a/1", "a/2"], await NamesAsync(store, "a/"));
        Assert.Equal(["b/2"], await NamesAsync(store, "b/"));
    }

    [Fact]
    public async Task What_is_old_is_asked_for_anew()
    {
        await using var store = new PrefetchingStore(_memory, Plan, _time);
        await PutAsync("a/1");
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(await NamesAsync(store, "a/"));
        await PutAsync("b/1");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["b/1"], await NamesAsync(store, "b/"));
    }

    [Fact]
    public async Task Large_objects_and_parts_go_through()
    {
        var large = new byte[(64 << 10) + 1];
        await _memory.PutAsync(new ObjectKey("a/large"), [large], PutOptions.Hot, Token);
        await PutAsync("a/small");
        var hooked = new HookedStore(_memory);
        await using var store = new PrefetchingStore(hooked, Plan, _time);
        using var part = await store.GetAsync(new ObjectKey("a/small"), new ByteRange(2, 5), 5, Token);
        Assert.Equal("small"u8, part.Span);
        using var whole = await store.GetAsync(new ObjectKey("a/large"), ByteRange.Whole, large.Length, Token);
        Assert.Equal(large.Length, whole.Length);
        Assert.Equal(2, Begun(hooked).Count(name => name == "a/small"));
        Assert.Single(Begun(hooked), name => name == "a/large");
    }

    [Fact]
    public async Task A_failure_is_told_to_whoever_asks_and_to_nobody_else()
    {
        await PutAsync("a/1", "c/1");
        var faults = StoreFaults.When(call => call.Name.StartsWith("a/", StringComparison.Ordinal));
        await using var store = new PrefetchingStore(new FaultyStore(_memory, faults), Plan, _time);
        Assert.Equal("c/1", await ReadAsync(store, "c/1"));
        Assert.Empty(await NamesAsync(store, "b/"));
        await Assert.ThrowsAsync<StoreException>(() => NamesAsync(store, "a/"));
    }

    [Fact]
    public async Task Who_ends_it_waits_for_what_is_under_way()
    {
        await PutAsync("a/1");
        var gate = new TaskCompletionSource();
        var hooked = new HookedStore(_memory)
        {
            Before = (member, _) => member == StoreMember.Get ? gate.Task : Task.CompletedTask,
        };
        var end = new PrefetchingStore(hooked, Plan, _time).DisposeAsync();
        Assert.Contains("a/1", Begun(hooked));
        Assert.False(end.IsCompleted);
        gate.SetResult();
        await end;
    }

    async Task PutAsync(params string[] names)
    {
        foreach (var name in names)
            await _memory.PutAsync(
                new ObjectKey(name), [System.Text.Encoding.ASCII.GetBytes(name)], PutOptions.Hot, Token);
    }

    static IEnumerable<string> Begun(HookedStore store) => store.Events.Where(e => !e.IsEnd).Select(e => e.Name);

    static async Task<List<string>> NamesAsync(IObjectStore store, string prefix)
    {
        var names = new List<string>();
        await foreach (var info in store.ListAsync(prefix, Token))
            names.Add(info.Name);
        return names;
    }

    static async Task<string> ReadAsync(IObjectStore store, string name)
    {
        using var bytes = await store.GetAsync(new ObjectKey(name), ByteRange.Whole, 1 << 20, Token);
        return System.Text.Encoding.ASCII.GetString(bytes.Span);
    }
}
