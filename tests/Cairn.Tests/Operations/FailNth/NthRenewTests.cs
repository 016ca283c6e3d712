using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Time;
using Cairn.Tests.Operations.Leases;

namespace Cairn.Tests.Operations.FailNth;

/// <summary>
/// <c>lease renew</c>, of which the first, second, third … request or call of the local state fails, on a bucket that
/// has locks: what <see cref="NthTests"/> does for all others. No lock is ever shortened (INV-2), what a failed run
/// said is true (INV-6), and a plain rerun renews all that is needed.
/// </summary>
public sealed class NthRenewTests
{
    public enum Way { CrashBefore, CrashAfter, Reset, ResetAfter, Refused, Truncated }

    public static TheoryData<Way> Ways => [.. Enum.GetValues<Way>()];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Whichever_request_fails_nothing_is_shortened_and_a_rerun_renews_all(Way way)
    {
        for (var number = 1; ; number++)
        {
            await using var world = await MakeAsync();
            var store = new SimulatedStore(world.Bucket, CairnRoles.Maintainer(world.LockDays), FaultsOf(way, number));
            if (way is Way.CrashBefore or Way.CrashAfter)
                store.CrashAt(number, way == Way.CrashBefore ? CrashMoment.Before : CrashMoment.After);
            var isOver = await RunAsync(world, store, world.MaintainerState, () => store.Calls < number);
            if (isOver)
            {
                Assert.True(number > 10);
                break;
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_call_of_the_local_state_fails_nothing_is_shortened(bool isCrash)
    {
        for (var number = 1; ; number++)
        {
            await using var world = await MakeAsync();
            var state = new FailingState(world.MaintainerState, number, isCrash);
            if (await RunAsync(world, world.MaintainerStore(), state, () => state.Calls < number))
            {
                Assert.True(number > 3);
                break;
            }
        }
    }

    /// <summary>True if the run made fewer calls: then it must have succeeded.</summary>
    static async Task<bool> RunAsync(
        LeaseWorld world, IObjectStore store, Engine.State.IStateFolder state, Func<bool> madeFewer)
    {
        var before = world.Locks();
        Exception? thrown = null;
        var hasFailures = false;
        try
        {
            var result = await world.LeaseAsync(store: store, state: state);
            hasFailures = result.Failures.Count > 0 || result.Gaps.Count > 0;
            if (!hasFailures)
                Assert.Equal(0, result.Unprotected);
        }
        catch (Exception e) when (e is SimulatedCrashException or StoreException or IOException)
        {
            thrown = e;
        }
        foreach (var (key, retention) in world.Locks())
            Assert.True(!before.TryGetValue(key, out var old) || retention!.RetainUntil >= old!.RetainUntil, key);
        var fewer = madeFewer();
        Assert.True(!fewer || (thrown is null && !hasFailures), $"failed unasked: {thrown}");
        if (thrown is null && !hasFailures)
            await AssertProtectedAsync(world);
        var again = await world.LeaseAsync();
        Assert.Empty(again.Failures);
        Assert.Empty(again.Gaps);
        await AssertProtectedAsync(world);
        return fewer;
    }

    // All that snapshots need, for as long as the policy says.
    static async Task AssertProtectedAsync(LeaseWorld world)
    {
        var live = await LiveObjects.FindAsync(world);
        Assert.Empty(live.FindLacking(world, world.Bucket.Now + world.Policy.Minimum));
    }

    static FaultPlan FaultsOf(Way way, int number) => way switch
    {
        Way.Reset => FaultPlan.OnCall(number, SimulatedFault.Reset),
        Way.ResetAfter => FaultPlan.OnCall(number, SimulatedFault.Reset, arrives: true),
        Way.Refused => FaultPlan.OnCall(number, SimulatedFault.Refused),
        Way.Truncated => FaultPlan.OnCall(number, SimulatedFault.Truncated),
        _ => FaultPlan.None,
    };

    /// <summary>Two snapshots, of which one is forgotten; some packs lapse, the rest is due.</summary>
    static async Task<LeaseWorld> MakeAsync()
    {
        var world = await LeaseWorld.CreateAsync();
        world.Source.File("first", world.Random.Bytes(20_000));
        await world.BackupAsync();
        world.Source.File("first", world.Random.Bytes(20_000));
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.BackupAsync();
        await world.ForgetAsync(keep: 1);
        world.Time.Advance(TimeSpan.FromDays(11));
        return world;
    }

    sealed class FailingState(Engine.State.IStateFolder inner, int number, bool isCrash) : Engine.State.IStateFolder
    {
        bool _isDead;

        public int Calls { get; private set; }

        public IReadOnlyList<string> List() => Enter(inner.List);

        public Engine.State.IMappedFile? TryOpen(string name) => Enter(() => inner.TryOpen(name));

        public Engine.State.IStateWriter Create(string name) => Enter(() => inner.Create(name));

        public void Delete(string name) => Enter(() =>
        {
            inner.Delete(name);
            return true;
        });

        T Enter<T>(Func<T> call)
        {
            _isDead |= ++Calls == number && isCrash;
            if (_isDead)
                throw new SimulatedCrashException("the process is dead");
            return Calls == number ? throw new IOException("simulated: no space left") : call();
        }
    }
}
