using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing.Stores;

namespace Cairn.Tests.Storage;

public class PacedStoreConformanceTests : DecoratorConformance
{
    protected override ValueTask<IObjectStore> CreateAsync() => new(new PacedStore(Memory, first: 2, max: 4));
}

public class PacedStoreTests
{
    static readonly ObjectKey Key = new("a/b");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_begins_with_few_calls_at_once_and_comes_to_the_most_while_all_goes_well()
    {
        var (underWay, most) = (0, 0);
        var hooked = new HookedStore(new MemoryStore())
        {
            Before = async (_, _) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref underWay));
                await Task.Yield();
            },
            After = (_, _) =>
            {
                Interlocked.Decrement(ref underWay);
                return Task.CompletedTask;
            },
        };
        var store = new PacedStore(hooked, first: 2, max: 6);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => store.StatAsync(Key, Token)));
        Assert.InRange(store.Limit, 3, 4);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(_ => store.StatAsync(Key, Token)));
        Assert.Equal(6, store.Limit);
        Assert.InRange(most, 1, 6);
    }

    [Fact]
    public async Task One_overload_halves_once_however_many_calls_it_hits()
    {
        var gate = new TaskCompletionSource();
        var store = new PacedStore(
            new FaultyStore(
                new HookedStore(new MemoryStore()) { Before = (_, _) => gate.Task },
                StoreFaults.When(_ => true, FaultMoment.After, StoreErrorKind.Throttled)),
            first: 8, max: 8);
        var calls = Enumerable.Range(0, 8).Select(_ => store.StatAsync(Key, Token)).ToList();
        gate.SetResult();
        foreach (var call in calls)
            Assert.Equal(
                StoreErrorKind.Throttled, (await Assert.ThrowsAsync<StoreException>(() => call)).Kind);
        Assert.Equal(4, store.Limit);
        for (var i = 0; i < 10; i++)
            await Assert.ThrowsAsync<StoreException>(() => store.StatAsync(Key, Token));
        Assert.Equal(1, store.Limit);
    }

    [Fact]
    public async Task Behind_an_overload_it_grows_by_one_a_round_and_no_longer_doubles()
    {
        var isThrottled = true;
        var faults = StoreFaults.When(_ => isThrottled, FaultMoment.After, StoreErrorKind.Throttled);
        var store = new PacedStore(new FaultyStore(new MemoryStore(), faults), first: 8, max: 64);
        await Assert.ThrowsAsync<StoreException>(() => store.StatAsync(Key, Token));
        isThrottled = false;
        for (var i = 0; i < 5; i++)
            await store.StatAsync(Key, Token);
        Assert.Equal(5, store.Limit);
    }

    [Fact]
    public async Task Other_failures_slow_nothing_down()
    {
        var faults = StoreFaults.When(_ => true, kind: StoreErrorKind.Unavailable);
        var store = new PacedStore(new FaultyStore(new MemoryStore(), faults), first: 4, max: 4);
        for (var i = 0; i < 5; i++)
            await Assert.ThrowsAsync<StoreException>(() => store.StatAsync(Key, Token));
        Assert.Equal(4, store.Limit);
    }

    [Fact]
    public async Task Who_is_cancelled_while_he_waits_takes_no_place()
    {
        var gate = new TaskCompletionSource();
        var store = new PacedStore(
            new HookedStore(new MemoryStore()) { Before = (_, _) => gate.Task }, first: 1, max: 1);
        var first = store.StatAsync(Key, Token);
        using var source = new CancellationTokenSource();
        var second = store.StatAsync(Key, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.SetResult();
        Assert.Null(await first);
        Assert.Null(await store.StatAsync(Key, Token));
    }

    static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
            seen = Interlocked.CompareExchange(ref target, value, seen) is var found && found == seen ? value : found;
    }
}
