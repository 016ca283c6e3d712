using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing.Stores;
using Cairn.Testing.Time;

namespace Cairn.Tests.Storage;

/// <summary>The conformance suite over a decorator around a store in memory.</summary>
public abstract class DecoratorConformance : ObjectStoreConformance
{
    protected MemoryStore Memory { get; } = new();

    protected override bool PlantForeign(string name, byte[] content)
    {
        Memory.Plant(name, content);
        return true;
    }
}

/// <summary>
/// A third of all calls fail, half of those after they were carried out; retrying must hide all of it.
/// </summary>
public class RetryingStoreConformanceTests : DecoratorConformance
{
    const int Seed = 20260131;

    protected override bool TellsWhoStored => false;

    protected override ValueTask<IObjectStore> CreateAsync()
    {
        var faulty = new FaultyStore(Memory, StoreFaults.Random(Seed, probability: 1.0 / 3));
        var random = new Random(Seed);
        return new(new RetryingStore(
            faulty, new RetryOptions { AttemptsMax = 60, Patience = TimeSpan.FromDays(1) }, new EagerTime(),
            () =>
            {
                lock (random)
                    return random.NextDouble();
            }));
    }
}

public class CountingStoreConformanceTests : DecoratorConformance
{
    protected override ValueTask<IObjectStore> CreateAsync() => new(new CountingStore(Memory));
}

public class TracingStoreConformanceTests : DecoratorConformance
{
    protected override ValueTask<IObjectStore> CreateAsync() =>
        new(new TracingStore(Memory, _ => { }, TimeProvider.System));

    [Fact]
    public async Task Every_request_is_told_with_its_outcome()
    {
        var lines = new List<string>();
        var time = new ManualTime();
        await using var store = new TracingStore(
            new FaultyStore(Memory, StoreFaults.None), line => lines.Add(line[..line.LastIndexOf(',')]), time);
        var key = new ObjectKey("index/x");
        await store.PutAsync(key, [new byte[5]], PutOptions.Hot, Token);
        await store.PutAsync(key, [new byte[5]], PutOptions.Hot, Token);
        using (await store.GetAsync(key, new ByteRange(1, 2), maxBytes: 10, Token))
        {
        }
        await Assert.ThrowsAsync<StoreException>(
            () => store.GetAsync(new ObjectKey("index/y"), ByteRange.Whole, maxBytes: 10, Token));
        await store.StatAsync(key, Token);
        await foreach (var _ in store.ListAsync("index/", Token))
        {
        }
        await store.DeleteAsync(key, Token);

        Assert.Equal(
            ["PUT index/x: 5 bytes", "PUT index/x: was there already", "GET index/x from 1: 2 bytes",
                "GET index/y: failed (NotFound)", "STAT index/x: 5 bytes", "LIST index/: 1 objects",
                "DELETE index/x: done"],
            lines.Select(line => line.Contains("failed") ? line[..(line.IndexOf(')') + 1)] : line));
    }
}

public class FaultyStoreConformanceTests : DecoratorConformance
{
    protected override ValueTask<IObjectStore> CreateAsync() => new(new FaultyStore(Memory, StoreFaults.None));
}

public class ReadOnlyStoreConformanceTests : ObjectStoreReadConformance
{
    readonly MemoryStore _memory = new();

    protected override ValueTask<IObjectStore> CreateAsync() => new(new ReadOnlyStore(_memory));

    protected override Task ArrangeAsync(string key, byte[] content) =>
        _memory.PutAsync(new ObjectKey(key), [content], PutOptions.Hot, Token);

    protected override bool PlantForeign(string name, byte[] content)
    {
        _memory.Plant(name, content);
        return true;
    }

    [Fact]
    public async Task A_read_only_store_refuses_to_store_and_to_delete()
    {
        var key = new ObjectKey("a/b");
        await ArrangeAsync("a/b", Ten);
        Task[] refused =
            [Store.PutAsync(new ObjectKey("a/c"), [Ten], PutOptions.Hot, Token), Store.DeleteAsync(key, Token)];
        foreach (var call in refused)
            Assert.Equal(StoreErrorKind.Refused, (await Assert.ThrowsAsync<StoreException>(() => call)).Kind);
        Assert.Equal(["a/b"], await NamesAsync(""));
    }
}
