using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cairn.Simulation;

/// <summary>
/// A campaign from the command line. It says now and then how far it is and what it has found, and ends with a line
/// that says how many seeds ran and which broke; also when it is interrupted.
/// </summary>
sealed class CampaignRun(
    SeedRange seeds, Mutation mutation, LifeKind? only, bool onlyMeetings, int parallel)
{
    const int LinesShown = 60;
    const int LivesShown = 5;

    readonly Stopwatch _watch = Stopwatch.StartNew();
    volatile bool _isInterrupted;

    /// <summary>The exit code: 1 if a seed broke.</summary>
    public int Run(TimeSpan most)
    {
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        var campaign = new Campaign(parallel) { OnProgress = Progress, Only = only, OnlyMeetings = onlyMeetings };
        // A broken rule need be found only once.
        campaign.Run(
            seeds.First, seeds.Count, mutation,
            () => _isInterrupted || _watch.Elapsed > most
                || (mutation != Mutation.None && campaign.Violations.Count > 0));
        return Tell(campaign);
    }

    // Lives under way go on to their end. Who is impatient asks twice.
    void Interrupt(PosixSignalContext context)
    {
        context.Cancel = !_isInterrupted;
        _isInterrupted = true;
    }

    void Progress(long count, IReadOnlyList<ulong> broken) => Console.Error.WriteLine(
        $"{count} seeds, {_watch.Elapsed.TotalSeconds:0} s, {Environment.WorkingSet >> 20} MiB resident, "
        + $"{broken.Count} violations{Listed(broken)}");

    int Tell(Campaign campaign)
    {
        Console.WriteLine(campaign.Coverage);
        var violations = campaign.Violations;
        foreach (var life in violations.Take(LivesShown))
            Console.WriteLine($"\n{life.Describe(LinesShown)}");
        var seconds = _watch.Elapsed.TotalSeconds;
        Console.WriteLine(
            $"{campaign.Seeds} seeds from {seeds.First} on{(_isInterrupted ? ", interrupted," : "")} in {seconds:0} s "
            + $"({campaign.Seeds / seconds:0.0} a second, {campaign.Steps / Math.Max(campaign.Seeds, 1)} draws each), "
            + $"{violations.Count} violations{Listed(violations.Select(life => life.Seed))}");
        return violations.Count == 0 ? 0 : 1;
    }

    static string Listed(IEnumerable<ulong> broken) => broken.Any() ? $": {string.Join(' ', broken)}" : "";
}
