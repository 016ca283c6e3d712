using Cairn.Engine.Storage;
using Cairn.Testing.Stores;

namespace Cairn.Tests.Storage;

public class FaultyStoreTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_seed_replays_the_same_faults_whatever_the_order_of_calls()
    {
        var keys = Enumerable.Range(0, 200).Select(i => new ObjectKey($"a/{i}")).ToList();
        var forwards = await FailuresAsync(keys, seed: 7);
        Assert.Equal(forwards, await FailuresAsync(Enumerable.Reverse(keys), seed: 7));
        Assert.NotEqual(forwards, await FailuresAsync(keys, seed: 8));
        Assert.InRange(forwards.Count, 20, 100);
        Assert.Contains(forwards, failure => failure.EndsWith("After"));
        Assert.Contains(forwards, failure => failure.EndsWith("Before"));
    }

    [Fact]
    public async Task A_lost_response_leaves_the_object_stored_and_a_lost_request_does_not()
    {
        foreach (var moment in new[] { FaultMoment.Before, FaultMoment.After })
        {
            var memory = new MemoryStore();
            var store = new FaultyStore(memory, StoreFaults.OnCall(1, moment));
            var error = await Assert.ThrowsAsync<StoreException>(
                () => store.PutAsync(new ObjectKey("a"), [], PutOptions.Hot, Token));
            Assert.True(error.IsTransient);
            Assert.Equal(moment == FaultMoment.After ? 1 : 0, memory.Count);
            Assert.Equal("1 Put a (Unavailable " + moment + ")", Assert.Single(store.Calls).ToString());
        }
    }

    static async Task<SortedSet<string>> FailuresAsync(IEnumerable<ObjectKey> keys, int seed)
    {
        var store = new FaultyStore(new MemoryStore(), StoreFaults.Random(seed, probability: 0.25));
        foreach (var key in keys)
        {
            try
            {
                await store.PutAsync(key, [], PutOptions.Hot, Token);
            }
            catch (StoreException)
            {
                // Wanted: the log tells which.
            }
        }
        return
        [
            .. store.Calls.Where(call => call.Fault.Moment != FaultMoment.None)
                .Select(call => $"{call.Name} {call.Fault.Moment}"),
        ];
    }
}
