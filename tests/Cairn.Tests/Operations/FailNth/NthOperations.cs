using System.Text;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Operations.Tag;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Files.Restoring;

namespace Cairn.Tests.Operations.FailNth;

/// <summary>The operations whose calls fail, one after the other.</summary>
static class NthOperations
{
    public static readonly IReadOnlyDictionary<string, NthOperation> All = new Dictionary<string, NthOperation>
    {
        ["init"] = new(_ => Task.CompletedTask, run => Quietly(run.World.InitAsync()))
        {
            Writes = true, TellsDone = typeof(RepositoryExistsException),
            AssertDone = run => AssertOpensAsync(run, PowerCutWorld.OldPassphrase),
        },
        ["first backup"] = new(world => world.InitAsync(), run => Quietly(run.World.BackupAsync())) { Writes = true },
        ["next backup"] = new(PrepareAsync, run => Quietly(run.World.ChangeAndBackupAsync(generation: 1)))
        {
            Writes = true,
        },
        ["restore"] = new(PrepareTwoAsync, RestoreAsync)
        {
            AssertDone = run => Task.Run(() => NthTarget.AssertWhole(run)), AssertFailed = NthTarget.AssertNothingWrong,
        },
        ["check"] = new(PrepareTwoAsync, run => CheckAsync(run.World)),
        ["forget"] = new(PrepareTwoOfWhichOneMayGoAsync, run => ForgetAsync(run.World))
        {
            Writes = true, AssertDone = async run => Assert.Empty((await PlanForgetAsync(run.World)).Forgotten),
        },
        ["tag"] = new(PrepareTwoAsync, run => TagAsync(run.World))
        {
            Writes = true, AssertDone = async run => Assert.Empty((await PlanTagAsync(run.World)).Changes),
        },
        ["prune"] = new(PrepareForgottenAsync, run => PruneAsync(run.World))
        {
            Writes = true, Deletes = true, AssertDone = async run =>
            {
                var left = await PruneAsync(run.World, isDryRun: true);
                Assert.Equal((default, default), (left.Condemned, left.Deleted));
            },
        },
        ["copy into"] = new(NthCopy.PrepareTargetAsync, run => NthCopy.CopyIntoAsync(run.World))
        {
            Writes = true, AssertDone = run => NthCopy.AssertCopiedIntoAsync(run.World),
        },
        ["copy from"] = new(PrepareTwoAsync, NthCopy.CopyFromAsync) { AssertDone = NthCopy.AssertCopiedFromAsync },
        ["repair index"] = new(NthRepair.PrepareIndexAsync, run => NthRepair.RepairIndexAsync(run.World))
        {
            Writes = true, StartsDamaged = true, AssertDone = run => NthRepair.AssertIndexedAsync(run.World),
        },
        ["repair"] = new(NthRepair.PrepareLostAsync, run => NthRepair.RepairAsync(run.World))
        {
            Writes = true, StartsDamaged = true, AssertDone = run => NthRepair.AssertHealedAsync(run.World),
        },
        ["key add"] = new(PrepareAsync, run => Quietly(run.World.AddPassphraseAsync()))
        {
            Writes = true, AssertDone = run => AssertOpensAsync(run, PowerCutWorld.SecondPassphrase),
        },
        ["key remove"] = new(PrepareWithSecondKeyAsync, run => Quietly(run.World.RemovePassphraseAsync()))
        {
            Writes = true, TellsDone = typeof(ArgumentException),
            AssertDone = run => AssertOpensAsync(run, PowerCutWorld.SecondPassphrase, opens: false),
        },
        ["key passphrase"] = new(PrepareAsync, run => Quietly(run.World.ChangePassphraseAsync()))
        {
            Writes = true, TellsDone = typeof(WrongKeyException), AssertDone = async run =>
            {
                await AssertOpensAsync(run, PowerCutWorld.OldPassphrase, opens: false);
                await AssertOpensAsync(run, PowerCutWorld.NewPassphrase);
            },
        },
        ["key recovery"] = new(PrepareAsync, run => Quietly(run.World.ReplaceRecoveryKeyAsync()))
        {
            Writes = true, AssertDone = run => AssertOpensWithNewestRecoveryKeyAsync(run.World),
        },
    };

    static async Task AssertOpensWithNewestRecoveryKeyAsync(PowerCutWorld world)
    {
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        Assert.Equal(world.RecoveryKeys.Count - 1, world.OpenedWithRecoveryKey);
    }

    /// <summary>Reads all there is; what is wrong, each with its object.</summary>
    public static async Task<IReadOnlyList<string>> CheckAsync(PowerCutWorld world)
    {
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        using var session = await ReadSession.OpenAsync(repository, world.OpenState(), PowerCutWorld.Token);
        var options = new CheckOptions { ReadDataPercent = 100, Workers = 1 };
        var result = await CheckOperation.RunAsync(session, options, new CheckMonitor(), PowerCutWorld.Token);
        return
        [
            .. repository.Problems, .. result.Findings.Where(finding => finding.Severity != CheckSeverity.Note)
                .Select(finding => $"{finding.Object}: {finding.Message}"),
        ];
    }

    static async Task<IReadOnlyList<string>> RestoreAsync(NthRun run)
    {
        var world = run.World;
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        using var session = await ReadSession.OpenAsync(repository, world.OpenState(), PowerCutWorld.Token);
        var listing = await SnapshotCatalog.ListAsync(repository, PowerCutWorld.Token);
        var wanted = world.Snapshots[^1].Snapshot;
        List<string> reports = [.. repository.Problems, .. session.IndexProblems.Select(problem => problem.ToString())];
        reports.AddRange(listing.Problems.Select(problem => problem.ToString()));
        if (listing.Snapshots.FirstOrDefault(snapshot => snapshot.Name == wanted) is not { } snapshot)
        {
            Assert.NotEmpty(reports);
            return reports;
        }
        IRestoreTarget target = DirectoryTarget.Open(
            Encoding.UTF8.GetBytes(run.Folder), new RestoreTargetOptions { Overwrite = OverwriteRule.IfChanged });
        using var faulty = run.Process?.Wrap(target) ?? target;
        var result = await RestoreOperation.RunAsync(
            session, snapshot, faulty, new RestoreOptions { Workers = 1 }, new RestoreMonitor(), PowerCutWorld.Token);
        Assert.Equal(result.FailureCount, result.Failures.Count);
        Assert.False(run.Process?.Seam == NthSeam.Target && result.Failures.Any(failure => failure.IsDamage));
        reports.AddRange(result.Failures.Select(
            failure => $"{Encoding.Latin1.GetString(failure.Path.Span)}: {failure.Message}"));
        return reports;
    }

    static async Task PrepareAsync(PowerCutWorld world)
    {
        await world.InitAsync();
        await world.BackupAsync();
    }

    static async Task PrepareTwoAsync(PowerCutWorld world)
    {
        await PrepareAsync(world);
        await world.ChangeAndBackupAsync(generation: 1);
    }

    // Whether the first is still there after a failure is not judged: it was to go.
    static async Task PrepareTwoOfWhichOneMayGoAsync(PowerCutWorld world)
    {
        await PrepareTwoAsync(world);
        world.Snapshots.RemoveAt(0);
    }

    static async Task PrepareForgottenAsync(PowerCutWorld world)
    {
        await PrepareTwoOfWhichOneMayGoAsync(world);
        await ForgetAsync(world);
    }

    static async Task<IReadOnlyList<string>> ForgetAsync(PowerCutWorld world)
    {
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        var plan = await PlanForgetAsync(repository);
        await ForgetOperation.ForgetAsync(repository, plan.Forgotten, PowerCutWorld.Token);
        return [.. repository.Problems, .. plan.Problems.Select(problem => problem.Message)];
    }

    static async Task<IReadOnlyList<string>> TagAsync(PowerCutWorld world)
    {
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        var plan = await PlanTagAsync(repository);
        await TagOperation.ExecuteAsync(repository, plan, PowerCutWorld.Token);
        return [.. repository.Problems, .. plan.Problems.Select(problem => problem.Message)];
    }

    static async Task<TagPlan> PlanTagAsync(PowerCutWorld world)
    {
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        return await PlanTagAsync(repository);
    }

    static Task<TagPlan> PlanTagAsync(Repository repository) => TagOperation.PlanAsync(
        repository, all => all, new TagChange { Add = ["keep"] }, PowerCutWorld.Token);

    static async Task<ForgetPlan> PlanForgetAsync(PowerCutWorld world)
    {
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        return await PlanForgetAsync(repository);
    }

    static Task<ForgetPlan> PlanForgetAsync(Repository repository) => ForgetOperation.PlanAsync(
        repository, _ => true, new RetentionRules { Last = 1 }, believesHosts: true, PowerCutWorld.Token);

    static async Task<IReadOnlyList<string>> PruneAsync(PowerCutWorld world) =>
        [.. (await PruneAsync(world, isDryRun: false)).Notes];

    static async Task<PruneResult> PruneAsync(PowerCutWorld world, bool isDryRun)
    {
        await using var store = world.OpenStore();
        using var repository = await world.OpenForReadingAsync(store);
        var options = new PruneOptions
        {
            Grace = TimeSpan.Zero, UnfinishedAfter = TimeSpan.Zero, MaxUnusedPercent = 0, IndexObjectsMin = 2,
            IsDryRun = isDryRun,
        };
        return await PruneOperation.RunAsync(
            repository, world.OpenState(), options, new WorkMonitor("pruning"), PowerCutWorld.Token);
    }

    static async Task PrepareWithSecondKeyAsync(PowerCutWorld world)
    {
        await PrepareAsync(world);
        await world.AddPassphraseAsync();
    }

    static async Task AssertOpensAsync(NthRun run, string passphrase, bool opens = true)
    {
        await using var store = run.World.OpenStore();
        Assert.Equal(opens, await run.World.OpensAsync(store, passphrase));
    }

    static async Task<IReadOnlyList<string>> Quietly(Task task)
    {
        await task;
        return [];
    }
}
