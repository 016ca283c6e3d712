using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Prune;

namespace Cairn.Tests.Operations.Push;

/// <summary>
/// The first, second, third … call to any of the stores that a backup into a spool, or a push out of it, makes is its
/// last: it is carried out or not, and the process is gone. Whatever was finished before is pushed by the next, once.
/// </summary>
public sealed class PushNthTests
{
    [Theory]
    [InlineData(FaultMoment.Before)]
    [InlineData(FaultMoment.After)]
    public async Task A_push_killed_at_any_call_is_made_good_by_the_next_INV_1(FaultMoment moment)
    {
        for (var ordinal = 1; ; ordinal++)
        {
            await using var spool = await SpoolWorld.CreateAsync();
            spool.World.AddSomeFiles(files: 5, bytes: 120_000);
            var first = await spool.BackupAsync();
            spool.World.Source.File("new", spool.World.Random.Bytes(10_000));
            spool.World.Wait();
            var second = await spool.BackupAsync();
            var death = new Death(ordinal, moment);
            try
            {
                await spool.PushAsync(death.Wrap);
                Assert.False(death.HasCome);
                Assert.True(ordinal > 50, $"only {ordinal} calls");
                return;
            }
            catch (SimulatedCrashException)
            {
            }
            // Nothing that a reader sees is broken in between.
            await spool.World.AssertAllRestoreAsync(first, second);

            var result = await spool.PushAsync();

            Assert.DoesNotContain(result.Sessions, session => session.Snapshot is null);
            var count = await spool.World.AssertAllRestoreAsync(first, second);
            Assert.True(count == 2, $"{count} snapshots after a push that died at call {ordinal}: {death.Call}");
            await spool.PushAsync();
            await AssertSweptAsync(spool);
            await spool.World.AssertSoundAsync();
        }
    }

    [Theory]
    [InlineData(FaultMoment.Before)]
    [InlineData(FaultMoment.After)]
    public async Task A_backup_killed_at_any_call_leaves_all_of_it_or_nothing(FaultMoment moment)
    {
        for (var ordinal = 1; ; ordinal++)
        {
            await using var spool = await SpoolWorld.CreateAsync();
            spool.World.AddSomeFiles(files: 5, bytes: 120_000);
            var tree = spool.World.Capture();
            var death = new Death(ordinal, moment);
            try
            {
                await spool.BackupAsync(death.Wrap);
                Assert.False(death.HasCome);
                Assert.True(ordinal > 15, $"only {ordinal} calls");
                return;
            }
            catch (SimulatedCrashException)
            {
            }
            var finished = (await spool.NamesAsync("sessions/")).Count;
            Assert.Equal(finished, (await spool.PushAsync()).Sessions.Count(session => session.Snapshot is not null));
            await spool.BackupAsync();
            Assert.True((await spool.PushAsync()).IsWhole);
            Assert.Equal(finished + 1, await spool.World.AssertAllRestoreAsync(tree));
            await spool.World.AssertSoundAsync();
            await AssertSweptAsync(spool);
        }
    }

    // What a killed process left that nobody needs goes before the next backup.
    static async Task AssertSweptAsync(SpoolWorld spool)
    {
        await spool.BackupAsync();
        await spool.PushAsync();
        await spool.AssertEmptyAsync();
    }

    /// <summary>Comes to the Nth call of all stores together; later ones reach nothing.</summary>
    sealed class Death(int ordinal, FaultMoment moment)
    {
        readonly Lock _lock = new();
        int _calls;

        public bool HasCome { get; private set; }
        public string? Call { get; private set; }

        public IObjectStore Wrap(IObjectStore store) => new HookedStore(store)
        {
            Before = (member, name) => Enter(member, name, isAfter: false),
            After = (member, name) => Enter(member, name, isAfter: true),
        };

        Task Enter(StoreMember member, string name, bool isAfter)
        {
            lock (_lock)
            {
                if (HasCome)
                    throw new SimulatedCrashException("dead");
                if (isAfter == (moment == FaultMoment.After) && ++_calls == ordinal)
                {
                    HasCome = true;
                    Call = $"{member} {name}";
                    throw new SimulatedCrashException(Call);
                }
            }
            return Task.CompletedTask;
        }
    }
}
