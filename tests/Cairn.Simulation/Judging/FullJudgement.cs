using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Simulation.Judging;

/// <summary>
/// Opens the repository on an empty machine (INV-7) with the recovery key alone, restores every snapshot that counts
/// and holds it against the model (INV-1, INV-3), and has <c>check --read-data</c> look at all there is. It runs in a
/// schedule of its own: for the world no time passes.
/// </summary>
sealed class FullJudgement(World world)
{
    readonly SimulatedThreads _threads = new(seed: 7);

    /// <summary>What is wrong, or null.</summary>
    public string? Run()
    {
        string? wrong = null;
        try
        {
            _threads.RunToEnd(async () => wrong = await JudgeAsync());
        }
        // Whatever it is: a repository that cannot be read.
        catch (Exception e)
        {
            return $"the full judgement cannot read the repository: {e}";
        }
        return wrong;
    }

    async Task<string?> JudgeAsync()
    {
        var environment = new EngineEnvironment(_threads.Clock, new SeededRandom(1), new BufferPool(8 << 20))
        {
            Threads = _threads,
        };
        using var repository = await world.OpenForReadingAsync(world.Quiet("judge"), environment);
        if (repository.Problems.Count > 0)
            return $"opening tells of problems: {repository.Problems[0]}";
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        var listing = await SnapshotCatalog.ListAsync(repository, default);
        if (listing.Problems.Count > 0)
            return $"a snapshot cannot be read: {listing.Problems[0].Message}";
        var listed = listing.Snapshots.Select(snapshot => snapshot.Name.Hash).ToHashSet();
        if (!listed.SetEquals(world.Judge.Committed.Keys))
            return "other snapshots are listed than were committed (INV-1)";
        foreach (var snapshot in listing.Snapshots)
        {
            if (await CompareAsync(session, snapshot) is { } wrong)
                return wrong;
        }
        var options = new CheckOptions { ReadDataPercent = 100, Workers = 1 };
        var check = await CheckOperation.RunAsync(session, options, new CheckMonitor(), default);
        return check.IsDamaged
            ? $"check --read-data finds damage: {string.Join("; ", check.Findings.Select(Describe).Take(3))}"
            : null;
    }

    async Task<string?> CompareAsync(ReadSession session, SnapshotInfo snapshot)
    {
        if (world.Judge.FindRun(snapshot.Tags) is not { } run)
            return $"the snapshot {snapshot.Name.Key} is of no run";
        using var target = new MemoryTarget();
        var result = await RestoreOperation.RunAsync(
            session, snapshot, target, new RestoreOptions { Workers = 1 }, new RestoreMonitor(), default);
        // Signed by the host that made it, whoever copied it.
        if (snapshot.Origin?.FindFault(snapshot) is { } fault)
            return $"the copy {snapshot.Name.Key}: {fault}";
        return result.FailureCount > 0
            ? $"{run} does not restore: {result.Failures[0].Message} (INV-1)"
            : run.Compare(snapshot, target.Nodes, isWhole: true);
    }

    public static string Describe(CheckFinding finding) => $"{finding.Severity} {finding.Object}: {finding.Message}";
}
