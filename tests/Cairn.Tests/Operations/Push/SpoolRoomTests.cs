using Cairn.Engine.Operations.Push;
using Cairn.Engine.Storage;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Prune;

namespace Cairn.Tests.Operations.Push;

public sealed class SpoolRoomTests
{
    [Fact]
    public async Task A_backup_larger_than_the_spool_waits_and_goes_on_as_pushes_make_room()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles(files: 24);
        var tree = spool.World.Capture();
        var waiting = new Signal();
        var backup = Task.Run(() => spool.BackupAsync(sizeMax: 2_500_000, wait: waiting.Raise));
        var pushes = new List<PushResult>();
        while (!backup.IsCompleted)
        {
            if (waiting.IsRaised)
                pushes.Add(await spool.PushAsync(options: new PushOptions { IsBlocked = () => waiting.IsRaised }));
            await Task.Yield();
        }
        await backup;
        Assert.InRange(pushes.Sum(push => push.PacksFreed), 3, long.MaxValue);
        // Interim ledgers keep what was sent: a prune that runs in between takes nothing.
        var packs = spool.World.Names("packs/").ToList();
        await spool.World.PruneAsync(PruneWorld.AtOnce with { UnfinishedAfter = TimeSpan.FromDays(2) });
        Assert.Equal(packs, spool.World.Names("packs/"));

        // The last push may have met a backup that was just done.
        pushes.Add(await spool.PushAsync());

        await spool.World.AssertRestoresAsync(
            Assert.Single(pushes.SelectMany(push => push.Sessions)).Snapshot, tree);
        await spool.AssertEmptyAsync();
        await spool.World.AssertSoundAsync();
    }

    [Fact]
    public async Task A_full_disk_is_waited_for_too()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        var (refusals, waits) = (3, 0);
        var tree = await spool.BackupAsync(
            inner => new HookedStore(inner)
            {
                Before = (member, name) => member == StoreMember.Put && Interlocked.Decrement(ref refusals) >= 0
                    ? throw new StoreException(StoreErrorKind.Full, $"{name}: no space left on device")
                    : Task.CompletedTask,
            },
            wait: why =>
            {
                Assert.Contains("no space left", why, StringComparison.Ordinal);
                Interlocked.Increment(ref waits);
                return new MemoryStream();
            });
        Assert.True(waits > 0);
        Assert.True((await spool.PushAsync()).IsWhole);
        Assert.Equal(1, await spool.World.AssertAllRestoreAsync(tree));
    }

    [Fact]
    public async Task A_push_needs_no_room_to_make_some()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        var tree = await spool.BackupAsync();
        var isFull = true;
        IObjectStore Wrap(IObjectStore inner) => inner == spool.World.Test.Store ? inner : new HookedStore(inner)
        {
            Before = (member, name) => member == StoreMember.Put && isFull
                ? throw new StoreException(StoreErrorKind.Full, $"{name}: no space left on device")
                : Task.CompletedTask,
            After = (member, name) =>
            {
                isFull &= member != StoreMember.Delete || !name.StartsWith("packs/", StringComparison.Ordinal);
                return Task.CompletedTask;
            },
        };
        Assert.True((await spool.PushAsync(Wrap)).IsWhole);
        Assert.Equal(1, await spool.World.AssertAllRestoreAsync(tree));
        await spool.AssertEmptyAsync();
        await spool.World.AssertSoundAsync();
    }

    [Fact]
    public async Task Who_waits_for_room_can_be_interrupted()
    {
        await using var spool = await SpoolWorld.CreateAsync();
        spool.World.AddSomeFiles();
        await spool.BackupAsync();
        spool.World.Source.File("new", spool.World.Random.Bytes(1_000_000));
        spool.World.Wait();
        using var stop = new CancellationTokenSource();
        spool.World.Cancellation = stop.Token;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => spool.BackupAsync(sizeMax: 1, wait: _ =>
        {
            stop.Cancel();
            return new MemoryStream();
        }));
        Assert.Single(await spool.NamesAsync("sessions/"));
        Assert.True((await spool.PushAsync()).IsWhole);
    }

    sealed class Signal
    {
        int _waiting;

        public bool IsRaised => Volatile.Read(ref _waiting) > 0;

        public IDisposable Raise(string why)
        {
            Interlocked.Increment(ref _waiting);
            return new Lowering(this);
        }

        sealed class Lowering(Signal signal) : IDisposable
        {
            public void Dispose() => Interlocked.Decrement(ref signal._waiting);
        }
    }
}
