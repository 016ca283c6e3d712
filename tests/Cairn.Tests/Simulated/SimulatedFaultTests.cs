using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class SimulatedFaultTests
{
    static readonly ObjectKey Key = new("packs/00/a");
    static readonly byte[] Ten = [.. Enumerable.Range(0, 10).Select(i => (byte)i)];

    readonly EagerTime _time = new();
    readonly SimulatedBucket _bucket;

    public SimulatedFaultTests() => _bucket = new SimulatedBucket(_time);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SimulatedFault.Throttled, false, 0, StoreErrorKind.Unavailable, "SlowDown")]
    [InlineData(SimulatedFault.Reset, false, 0, StoreErrorKind.Unavailable, "no answer")]
    [InlineData(SimulatedFault.Reset, true, 1, StoreErrorKind.Unavailable, "no answer")]
    [InlineData(SimulatedFault.TimedOut, false, 0, StoreErrorKind.Unavailable, "no answer")]
    [InlineData(SimulatedFault.TimedOut, true, 1, StoreErrorKind.Unavailable, "no answer")]
    [InlineData(SimulatedFault.Truncated, false, 1, StoreErrorKind.Unavailable, "no answer")]
    [InlineData(SimulatedFault.Conflict, false, 0, StoreErrorKind.Unavailable, "ConditionalRequestConflict")]
    [InlineData(SimulatedFault.Refused, false, 0, StoreErrorKind.Refused, "AccessDenied")]
    public async Task A_put_that_fails_left_all_or_nothing(
        SimulatedFault fault, bool arrives, int stored, StoreErrorKind kind, string words)
    {
        var store = Create(FaultPlan.OnCall(1, fault, arrives));
        var error = await Assert.ThrowsAsync<StoreException>(() => PutAsync(store));
        Assert.Equal((kind, Key), (error.Kind, error.Key));
        Assert.Contains(words, error.Message);
        Assert.Contains("owner/1 Put packs/00/a", error.Message);
        Assert.Equal(stored, _bucket.Versions().Count);
        Assert.All(_bucket.Versions(), version => Assert.Equal(Ten, version.Content));
        Assert.Equal(stored == 1 ? PutOutcome.AlreadyThere : PutOutcome.Stored, await PutAsync(store));
    }

    [Theory]
    [InlineData(0, -1)]
    [InlineData(2, 1)]
    [InlineData(2, 7)]
    public async Task A_body_that_is_cut_is_an_error_and_never_short(int offset, int length)
    {
        await PutAsync(Create());
        var store = Create(FaultPlan.OnCall(1, SimulatedFault.Truncated));
        var error = await Assert.ThrowsAsync<StoreException>(
            () => store.GetAsync(Key, new ByteRange(offset, length), 100, Token));
        Assert.True(error.IsTransient);
        Assert.Contains("ended after", error.Message);
    }

    // The caller must not learn from a lost response that somebody was there before him.
    [Fact]
    public async Task A_refusal_can_be_lost_like_any_response()
    {
        await PutAsync(Create());
        var store = Create(FaultPlan.OnCall(1, SimulatedFault.Reset, arrives: true));
        Assert.True((await Assert.ThrowsAsync<StoreException>(() => PutAsync(store))).IsTransient);
        Assert.Equal(2, _bucket.Log.Count("PutObject"));
    }

    [Fact]
    public async Task A_timeout_and_latency_pass_on_the_clock_alone()
    {
        var start = _time.GetUtcNow();
        await Assert.ThrowsAsync<StoreException>(
            () => PutAsync(Create(FaultPlan.OnCall(1, SimulatedFault.TimedOut))));
        Assert.Equal(start + CallFate.Timeout, _time.GetUtcNow());
        var slow = FaultRates.None with { LatencyMin = TimeSpan.FromDays(1), LatencyMax = TimeSpan.FromDays(2) };
        await PutAsync(Create(FaultPlan.Random(1, slow)));
        Assert.InRange((_time.GetUtcNow() - start - CallFate.Timeout).TotalDays, 1, 2);
    }

    [Fact]
    public async Task Answers_of_the_bucket_keep_their_meaning()
    {
        var locked = new SimulatedBucket(_time, BucketOptions.Locked);
        var cold = new SimulatedStoreOptions
        {
            DataClass = StorageClass.DeepArchive, Lock = new DefaultRetention(LockMode.Compliance, 7),
        };
        var store = new SimulatedStore(locked, Caller.Owner, cold);
        await store.PutAsync(Key, [Ten], PutOptions.Data, Token);
        await store.PutAsync(new ObjectKey("index/a"), [Ten], PutOptions.Hot, Token);
        Assert.Equal(StoreErrorKind.Cold, (await ReadFailsAsync(store)).Kind);
        Assert.Equal(StorageClass.Standard, locked.Head(Caller.Owner, "index/a").StorageClass);
        Assert.Equal(locked.Now.AddDays(7), locked.GetRetention(Caller.Owner, Key.Value).RetainUntil);
        var blind = new SimulatedStore(locked, new Caller("blind"));
        Assert.Equal(StoreErrorKind.Refused, (await ReadFailsAsync(blind)).Kind);
        var unlockable = new SimulatedStore(_bucket, Caller.Owner, cold);
        var error = await Assert.ThrowsAsync<StoreException>(() => PutAsync(unlockable));
        Assert.Equal(StoreErrorKind.Failed, error.Kind);
        Assert.Contains("Bucket is missing Object Lock Configuration", error.Message);
    }

    [Fact]
    public void A_store_over_stale_listings_says_so()
    {
        Assert.True(Create().Capabilities.ListsWhatWasWritten);
        _bucket.Options = _bucket.Options with { StaleListing = new StaleListing(Operations: 1, Seed: 1) };
        Assert.False(Create().Capabilities.ListsWhatWasWritten);
    }

    SimulatedStore Create(FaultPlan? faults = null) => new(_bucket, faults: faults);

    static Task<PutOutcome> PutAsync(SimulatedStore store) => store.PutAsync(Key, [Ten], PutOptions.Hot, Token);

    static Task<StoreException> ReadFailsAsync(SimulatedStore store) =>
        Assert.ThrowsAsync<StoreException>(() => store.GetAsync(Key, ByteRange.Whole, 100, Token));
}
