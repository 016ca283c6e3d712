using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing.Stores;
using Cairn.Testing.Time;

namespace Cairn.Tests.Storage;

public class RetryingStoreTests
{
    static readonly ObjectKey Key = new("packs/00/x");
    static readonly ReadOnlyMemory<byte>[] Content = [new byte[] { 1, 2, 3 }];

    readonly MemoryStore _memory = new();
    readonly EagerTime _time = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_fails_and_then_works_is_no_failure()
    {
        var (store, faulty) = Create(StoreFaults.When(call => call.Repeat <= 3));
        Assert.Equal(PutOutcome.Stored, await store.PutAsync(Key, Content, PutOptions.Hot, Token));
        using var read = await store.GetAsync(Key, ByteRange.Whole, 10, Token);
        Assert.Equal([1, 2, 3], read.Span.ToArray());
        Assert.Equal(8, faulty.Calls.Count);
    }

    [Fact]
    public async Task Pauses_double_up_to_the_longest_and_are_jittered_between_half_and_all()
    {
        var options = new RetryOptions
        {
            AttemptsMax = 7, FirstDelay = TimeSpan.FromSeconds(1), DelayMax = TimeSpan.FromSeconds(8),
        };
        foreach (var (random, factor) in new[] { (0.0, 0.5), (0.5, 0.75), (1.0, 1.0) })
        {
            var time = new EagerTime();
            var (store, _) = Create(StoreFaults.When(_ => true), options, time, () => random);
            await Assert.ThrowsAsync<StoreException>(() => store.StatAsync(Key, Token));
            Assert.Equal(
                new double[] { 1, 2, 4, 8, 8, 8 }.Select(seconds => seconds * factor),
                time.Waits.Select(wait => wait.TotalSeconds));
        }
    }

    [Fact]
    public async Task The_last_error_is_told_with_the_number_of_attempts()
    {
        var (store, faulty) = Create(
            StoreFaults.When(_ => true), new RetryOptions { AttemptsMax = 4, Patience = TimeSpan.FromHours(1) });
        var error = await Assert.ThrowsAsync<StoreException>(() => store.GetAsync(Key, ByteRange.Whole, 10, Token));
        Assert.Equal(4, faulty.Calls.Count);
        Assert.Contains("4 attempts", error.Message);
        Assert.Contains("simulated fault in call 4", error.Message);
        Assert.Equal((StoreErrorKind.Unavailable, Key), (error.Kind, error.Key));
        Assert.IsType<StoreException>(error.InnerException);
    }

    [Fact]
    public async Task Patience_ends_before_attempts_do()
    {
        var options = new RetryOptions
        {
            AttemptsMax = 1000, Patience = TimeSpan.FromSeconds(10),
            FirstDelay = TimeSpan.FromSeconds(1), DelayMax = TimeSpan.FromSeconds(3),
        };
        var (store, faulty) = Create(StoreFaults.When(_ => true), options, _time, () => 1);
        await Assert.ThrowsAsync<StoreException>(() => store.StatAsync(Key, Token));
        // After 0, 1, 3, 6 and 9 seconds; a sixth attempt would begin at 12.
        Assert.Equal(5, faulty.Calls.Count);
    }

    [Theory]
    [InlineData(StoreErrorKind.NotFound)]
    [InlineData(StoreErrorKind.RangeNotSatisfiable)]
    [InlineData(StoreErrorKind.TooLarge)]
    [InlineData(StoreErrorKind.Refused)]
    [InlineData(StoreErrorKind.Full)]
    [InlineData(StoreErrorKind.Protected)]
    [InlineData(StoreErrorKind.Cold)]
    [InlineData(StoreErrorKind.Failed)]
    public async Task What_will_not_pass_is_thrown_at_once_as_it_is(StoreErrorKind kind)
    {
        var (store, faulty) = Create(StoreFaults.OnCall(1, kind: kind));
        var error = await Assert.ThrowsAsync<StoreException>(() => store.DeleteAsync(Key, Token));
        Assert.Equal(kind, error.Kind);
        Assert.DoesNotContain("attempts", error.Message);
        Assert.Single(faulty.Calls);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task A_put_whose_answer_was_lost_stores_once()
    {
        var (store, faulty) = Create(StoreFaults.OnCall(1, FaultMoment.After));
        Assert.Equal(PutOutcome.AlreadyThere, await store.PutAsync(Key, Content, PutOptions.Hot, Token));
        Assert.Equal(2, faulty.Calls.Count);
        Assert.Equal(1, _memory.Count);
    }

    [Fact]
    public async Task Cancelling_while_it_waits_makes_no_further_call()
    {
        using var source = new CancellationTokenSource();
        _time.OnWait = _ => source.Cancel();
        var (store, faulty) = Create(StoreFaults.When(_ => true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.StatAsync(Key, source.Token));
        Assert.Single(faulty.Calls);
    }

    [Fact]
    public async Task Cancelling_while_a_listing_waits_makes_no_further_call()
    {
        using var source = new CancellationTokenSource();
        _time.OnWait = _ => source.Cancel();
        var (store, faulty) = Create(StoreFaults.When(_ => true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => NamesAsync(store, source.Token));
        Assert.Single(faulty.Calls);
    }

    [Fact]
    public async Task A_broken_listing_goes_on_behind_the_last_name_and_repeats_none()
    {
        var names = Enumerable.Range(0, 20).Select(i => $"a/{i:d2}").ToList();
        foreach (var name in names)
            await _memory.PutAsync(new ObjectKey(name), Content, PutOptions.Hot, Token);
        _memory.Plant("a/05 (foreign)", [1]);
        names.Insert(6, "a/05 (foreign)");
        var (store, faulty) = Create(StoreFaults.When(call => call.Repeat <= 6, FaultMoment.Before));
        Assert.Equal(names, await NamesAsync(store, Token));
        Assert.Equal(7, faulty.Calls.Count);
        (store, _) = Create(StoreFaults.OnCall(1, FaultMoment.After));
        Assert.Equal(names, await NamesAsync(store, Token));
    }

    [Fact]
    public async Task A_listing_that_gets_no_further_gives_up()
    {
        var (store, faulty) = Create(StoreFaults.When(_ => true), new RetryOptions { AttemptsMax = 5 });
        var error = await Assert.ThrowsAsync<StoreException>(() => NamesAsync(store, Token));
        Assert.Contains("5 attempts", error.Message);
        Assert.Equal(5, faulty.Calls.Count);
    }

    static async Task<List<string>> NamesAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var info in store.ListAsync("a/", cancellationToken))
            names.Add(info.Name);
        return names;
    }

    (RetryingStore Store, FaultyStore Faulty) Create(
        StoreFaults faults, RetryOptions? options = null, EagerTime? time = null, Func<double>? random = null)
    {
        var faulty = new FaultyStore(_memory, faults);
        return (
            new RetryingStore(faulty, options ?? new RetryOptions(), time ?? _time, random ?? (() => 0.5)), faulty);
    }
}
