using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Storage.Disks;
using Cairn.Testing.Disks;

namespace Cairn.Tests.Operations;

/// <summary>
/// In each step of a small history the first, second, third … call of the store's disk fails, until the step passes:
/// it is told what failed (INV-6), nothing that was reported before is lost, and the step succeeds when it is
/// repeated; even if power is cut right behind that (INV-1).
/// </summary>
public sealed class DiskFaultTests
{
    static readonly Errno[] Errors = [Errno.InputOutput, Errno.NoSpace, Errno.Interrupted];

    /// <summary>The error strikes once, and the program goes on as it can.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_step_that_one_failing_call_stopped_succeeds_when_repeated(int step) =>
        await FailEachAsync(step, isDead: false);

    /// <summary>Nothing works from that call on: for the disk, that is a program that was killed.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_step_that_was_killed_at_any_call_succeeds_when_repeated(int step) =>
        await FailEachAsync(step, isDead: true);

    static async Task FailEachAsync(int step, bool isDead)
    {
        var before = new PowerCutWorld(seed: 3);
        foreach (var earlier in PowerCutWorld.Steps.Take(step))
            await earlier(before);
        var failures = 0;
        for (var ordinal = 1; ; ordinal++)
        {
            var error = Errors[ordinal % Errors.Length];
            FaultyDisk? faulty = null;
            var world = before.On(before.Disk.Clone(), disk => faulty ??= new FaultyDisk(
                disk, call => call.Ordinal == ordinal || (isDead && call.Ordinal > ordinal) ? error : null));
            var failure = await RunAsync(world, step);
            var wasReached = faulty!.Calls.Count >= ordinal;
            if (isDead && wasReached && IsLook(faulty.Calls[ordinal - 1].Name))
                continue;
            if (failure is not null)
            {
                failures++;
                var name = failure.Key?.Value ?? PowerCutWorld.Root;
                Assert.True(failure.Message.Contains(name, StringComparison.Ordinal), failure.Message);
                world = world.On(world.Disk);
                await RepeatAsync(world, step);
            }
            // Everything that no fsync covers is lost.
            var violation = await PowerCutJudge.TryAsync(world, world.Disk.Changes, seed: 0);
            Assert.True(
                violation is null,
                $"step {step}, call {ordinal}, {error}{(isDead ? " from there on" : "")}: "
                + $"{failure?.Message}\n{violation}");
            if (!wasReached)
                break;
        }
        Assert.True(failures > 10, $"only {failures} calls failed");
    }

    static async Task<StoreException?> RunAsync(PowerCutWorld world, int step)
    {
        try
        {
            await PowerCutWorld.Steps[step](world);
            return null;
        }
        catch (StoreException e)
        {
            return e;
        }
    }

    static async Task RepeatAsync(PowerCutWorld world, int step)
    {
        try
        {
            await PowerCutWorld.Steps[step](world);
        }
        // The failed run had saved the keys and come as far as the descriptor.
        catch (RepositoryExistsException) when (world.SavedAt is not null)
        {
        }
        // It had come as far as the roster, so that the new passphrase is the one already.
        catch (WrongKeyException)
        {
            await using var store = world.OpenStore();
            Assert.Equal((false, true), await world.TryPassphrasesAsync(store));
        }
    }

    /// <summary>A program killed there leaves the same disk as one killed at the change before.</summary>
    static bool IsLook(string call) => call is nameof(IDiskOperations.Stat) or "StatOpen" or nameof(IDiskFile.Read)
        or nameof(IDiskOperations.OpenRead) or nameof(IDiskOperations.ReadDirectory);
}
