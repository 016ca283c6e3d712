using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.Stores;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class SimulatedProcessTests
{
    readonly SimulatedBucket _bucket = new(new EagerTime());

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CrashMoment.Before, 2)]
    [InlineData(CrashMoment.After, 3)]
    public async Task After_a_crash_nothing_more_reaches_the_store(CrashMoment moment, int stored)
    {
        var store = new SimulatedStore(_bucket);
        store.CrashAt(3, moment);
        await PutAsync(store, "1");
        await PutAsync(store, "2");
        var error = await Assert.ThrowsAsync<SimulatedCrashException>(() => PutAsync(store, "3"));
        Assert.Contains("owner/3 Put 3", error.Message);
        await Assert.ThrowsAsync<SimulatedCrashException>(() => PutAsync(store, "4"));
        await Assert.ThrowsAsync<SimulatedCrashException>(() => store.DeleteAsync(new ObjectKey("1"), Token));
        await Assert.ThrowsAsync<SimulatedCrashException>(() => store.StatAsync(new ObjectKey("1"), Token));
        Assert.Equal(stored, _bucket.Versions().Count);
        // Its successor goes on, and counts from one.
        await PutAsync(new SimulatedStore(_bucket), "4");
    }

    [Fact]
    public async Task A_call_that_waits_while_another_crashes_dies_too()
    {
        var store = new SimulatedStore(_bucket);
        var hold = new TaskCompletionSource();
        store.BeforeCall = call => call.Name == "slow" ? hold.Task : Task.CompletedTask;
        store.CrashAt(2);
        var slow = PutAsync(store, "slow");
        await Assert.ThrowsAsync<SimulatedCrashException>(() => PutAsync(store, "fatal"));
        hold.SetResult();
        await Assert.ThrowsAsync<SimulatedCrashException>(() => slow);
        Assert.Empty(_bucket.Versions());
    }

    [Fact]
    public async Task A_frozen_caller_commits_when_it_wakes_and_finds_the_world_changed()
    {
        var store = new SimulatedStore(_bucket, new Caller("frozen", new Grant(S3Actions.All)));
        var other = new SimulatedStore(_bucket);
        store.Freeze();
        var (first, second) = (PutAsync(store, "a"), PutAsync(store, "b"));
        await PutAsync(other, "a");
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Single(_bucket.Versions());
        store.Unfreeze();
        Assert.Equal([PutOutcome.AlreadyThere, PutOutcome.Stored], await Task.WhenAll(first, second));
        Assert.Equal("frozen", _bucket.Versions("b")[0].Writer);
    }

    [Fact]
    public async Task What_was_deleted_while_a_put_was_frozen_makes_it_a_conflict()
    {
        var store = new SimulatedStore(_bucket);
        store.Freeze();
        var put = PutAsync(store, "a");
        _bucket.Put(Caller.Owner, new PutRequest("a", []));
        _bucket.Delete(Caller.Owner, "a");
        store.Unfreeze();
        var error = await Assert.ThrowsAsync<StoreException>(() => put);
        Assert.Contains("ConditionalRequestConflict", error.Message);
        Assert.Equal(PutOutcome.Stored, await PutAsync(store, "a"));
    }

    [Fact]
    public async Task Another_actor_can_step_in_between_any_two_calls()
    {
        var (host, other) = (new SimulatedStore(_bucket), new SimulatedStore(_bucket));
        var seen = new List<string>();
        host.BeforeCall = async call =>
        {
            seen.Add($"before {call.Number}");
            if (call.Member == StoreMember.Put)
                await PutAsync(other, call.Name);
        };
        host.AfterRequest = call =>
        {
            seen.Add($"after {call.Number}");
            return Task.CompletedTask;
        };
        Assert.Equal(PutOutcome.AlreadyThere, await PutAsync(host, "a"));
        await host.DeleteAsync(new ObjectKey("a"), Token);
        Assert.Equal(["before 1", "after 1", "before 2", "after 2"], seen);
        Assert.Equal((2, 1), (host.Calls, other.Calls));
    }

    static Task<PutOutcome> PutAsync(IObjectStore store, string key) =>
        store.PutAsync(new ObjectKey(key), [new byte[] { 1 }], PutOptions.Hot, Token);
}
