using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.Stores;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class SimulatedReplayTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_replays_from_its_seed_to_the_last_line_of_its_log()
    {
        var first = await RunAsync(seed: 7);
        Assert.Equal(first, await RunAsync(seed: 7));
        Assert.NotEqual(first, await RunAsync(seed: 8));
    }

    [Fact]
    public void What_a_caller_meets_depends_on_no_other_and_not_on_the_order_of_asking()
    {
        var plan = FaultPlan.Random(7, FaultRates.Wild);
        var calls = Enumerable.Range(1, 500).Select(i => new SimulatedCall("a", i, StoreMember.Get, "x")).ToList();
        var forwards = calls.Select(plan.Decide).ToList();
        Assert.Equal(forwards, Enumerable.Reverse(calls).Select(plan.Decide).Reverse());
        Assert.NotEqual(forwards, calls.Select(call => plan.Decide(call with { Caller = "b" })));
        Assert.Contains("seed 7", plan.ToString());
    }

    [Fact]
    public void Faults_come_as_often_as_their_rates_say()
    {
        var plan = FaultPlan.Random(7, FaultRates.Wild with { Refused = 0.02 });
        var fates = Enumerable.Range(1, 20_000)
            .Select(i => plan.Decide(new SimulatedCall("a", i, StoreMember.Put, "x"))).ToList();
        foreach (var (fault, rate) in new[]
        {
            (SimulatedFault.Throttled, 0.09), (SimulatedFault.Reset, 0.1), (SimulatedFault.TimedOut, 0.05),
            (SimulatedFault.Truncated, 0.05), (SimulatedFault.Conflict, 0.04), (SimulatedFault.Refused, 0.02),
        })
            Assert.InRange(fates.Count(fate => fate.Fault == fault) / 20_000.0, rate * 0.85, rate * 1.15);
        Assert.InRange(fates.Count(fate => fate.Arrives) / 20_000.0, 0.48, 0.52);
        Assert.InRange(fates.Average(fate => fate.Latency.TotalSeconds), 2.4, 2.6);
    }

    [Fact]
    public void The_log_is_bounded_and_counts_everything()
    {
        var bucket = new SimulatedBucket(new EagerTime());
        for (var i = 0; i < 2000; i++)
            bucket.Delete(Caller.Owner, $"{i}");
        Assert.Equal(500, bucket.Log.Lines.Count);
        Assert.Equal("2000 owner DeleteObject 1999: done", bucket.Log.Lines[^1]);
        Assert.Equal(2000, bucket.Log.Count("DeleteObject"));
    }

    static async Task<string> RunAsync(ulong seed)
    {
        var time = new EagerTime();
        var bucket = new SimulatedBucket(
            time, new BucketOptions { PageMax = 5, StaleListing = new StaleListing(Operations: 4, seed) });
        var plan = FaultPlan.Random(seed, FaultRates.Wild);
        var stores = new[] { "a", "b" }
            .Select(name => new SimulatedStore(bucket, new Caller(name, new Grant(S3Actions.All)), plan)).ToList();
        for (var i = 0; i < 40; i++)
            foreach (var store in stores)
                try
                {
                    await store.PutAsync(new ObjectKey($"{i}"), [new byte[i]], PutOptions.Hot, Token);
                    await foreach (var info in store.ListAsync("", Token))
                        bucket.Log.Note($"listed {info.Name} {info.Modified:O}");
                }
                catch (StoreException e)
                {
                    bucket.Log.Note(e.Message);
                }
        return string.Join('\n', [bucket.Log.ToString(), .. bucket.Versions().Select(v => v.ToString())]);
    }
}
