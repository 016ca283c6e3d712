using Cairn.Engine.Repositories;

namespace Cairn.Tests.Operations.FailNth;

/// <summary>One operation with one failing call, and what comes after.</summary>
sealed class NthAttempt(
    NthOperation operation, NthSeam seam, int ordinal, NthFailure failure, string folder)
{
    /// <summary>The call that failed first.</summary>
    public NthCall? Call { get; private set; }

    /// <summary>False if the operation makes fewer calls: then it must have succeeded.</summary>
    public async Task<bool> RunAsync(PowerCutWorld before)
    {
        var process = new NthProcess(seam, ordinal, failure);
        var world = before.On(before.Disk.Clone(), process.Seams);
        var files = world.Files(PowerCutWorld.Root);
        var (thrown, reports) = await TryAsync(new NthRun(world, process, folder));
        Assert.Equal(0, world.Environment.Buffers.Outstanding);

        var run = new NthRun(world.On(world.Disk), Process: null, folder);
        Call = process.Failed.FirstOrDefault();
        if (Call is null)
        {
            Assert.True(thrown is null && reports.Count == 0, $"failed unasked: {thrown}");
            await operation.AssertDone(run);
            return false;
        }
        NthJudge.AssertReported(seam, failure, process.Failed, thrown, reports);
        NthJudge.AssertKept(files, world, operation);
        if (thrown is null)
            await AssertDoneUnlessReported(run, Call, reports);
        else
            operation.AssertFailed(run, Call, failure);
        if (!operation.StartsDamaged)
            await AssertSoundAsync(run.World);
        await RerunAsync(run);
        await AssertSoundAsync(run.World);
        if (operation.Writes)
            await AssertDurableAsync(run.World.On(run.World.Disk));
        return true;
    }

    async Task<(Exception? Thrown, IReadOnlyList<string> Reports)> TryAsync(NthRun run)
    {
        try
        {
            return (null, await operation.Run(run));
        }
        // What may come out is for the judge to say.
        catch (Exception e) when (e is not OperationCanceledException and not Xunit.Sdk.XunitException)
        {
            return (e, []);
        }
    }

    async Task AssertDoneUnlessReported(NthRun run, NthCall call, IReadOnlyList<string> reports)
    {
        if (reports.Count == 0)
            await operation.AssertDone(run);
        else
            operation.AssertFailed(run, call, failure);
    }

    static async Task AssertSoundAsync(PowerCutWorld world)
    {
        // Until its keys were saved there is no repository.
        if (world.Init is null)
            return;
        try
        {
            Assert.Empty(await NthOperations.CheckAsync(world));
        }
        // An init that failed leaves none.
        catch (NoRepositoryException) when (world.InitAt is null)
        {
        }
    }

    // Everything that no fsync covers is lost, local state with it.
    static async Task AssertDurableAsync(PowerCutWorld world)
    {
        var violation = await PowerCutJudge.TryAsync(world, world.Disk.Changes, seed: 0);
        Assert.True(violation is null, violation);
    }

    async Task RerunAsync(NthRun run)
    {
        var (thrown, reports) = await TryAsync(run);
        Assert.True(thrown is null || thrown.GetType() == operation.TellsDone, $"the rerun failed: {thrown}");
        Assert.Empty(reports);
        await operation.AssertDone(run);
    }
}
