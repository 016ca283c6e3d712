using System.Diagnostics;

namespace Cairn.Simulation;

/// <summary>Without one of its own options this is an ordinary test assembly.</summary>
static class Program
{
    const string Usage = """
        usage: Cairn.Simulation --seed N             replay one seed and print all its steps
               Cairn.Simulation --seeds N [--from N] run so many seeds
               Cairn.Simulation --minutes M [--from N]
        further: --mutation RULE  break a rule of the commit protocol (see Mutation)
                 --parallel N     lives side by side (default: one per processor)
        """;

    const int LinesShown = 60;

    static int Main(string[] arguments)
    {
        if (!arguments.Any(argument => argument is "--seed" or "--seeds" or "--minutes" or "--help"))
            return Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments).GetAwaiter().GetResult();
        try
        {
            return Run(arguments);
        }
        catch (FormatException)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
    }

    static int Run(string[] arguments)
    {
        var mutation = Value("--mutation") is { } rule ? Enum.Parse<Mutation>(rule) : Mutation.None;
        if (Value("--seed") is { } seed)
            return Replay(ulong.Parse(seed), mutation);
        var first = ulong.Parse(Value("--from") ?? "1");
        if (Value("--seeds") is { } seeds)
            return RunMany(first, long.Parse(seeds), TimeSpan.MaxValue, mutation);
        if (Value("--minutes") is { } minutes)
            return RunMany(first, long.MaxValue, TimeSpan.FromMinutes(double.Parse(minutes)), mutation);
        Console.WriteLine(Usage);
        return 0;

        string? Value(string name) => Array.IndexOf(arguments, name) is >= 0 and var at
            ? at + 1 < arguments.Length ? arguments[at + 1] : throw new FormatException()
            : null;

        int RunMany(ulong from, long count, TimeSpan time, Mutation broken)
        {
            var watch = Stopwatch.StartNew();
            var campaign = new Campaign(int.Parse(Value("--parallel") ?? $"{Environment.ProcessorCount}"))
            {
                OnProgress = (seeds, found) => Console.Error.WriteLine(
                    $"{seeds} seeds, {watch.Elapsed.TotalSeconds:0} s, violations in: {string.Join(' ', found)}"),
            };
            // A broken rule need be found only once.
            campaign.Run(
                from, count, broken,
                () => watch.Elapsed > time || (broken != Mutation.None && campaign.Violations.Count > 0));
            return Tell(campaign, watch.Elapsed);
        }
    }

    static int Replay(ulong seed, Mutation mutation)
    {
        var life = new Life(seed, mutation).Run();
        foreach (var line in life.Log)
            Console.WriteLine(line);
        Console.WriteLine($"{life.Steps} draws, log {life.LogHash}, store {life.StoreHash}");
        if (life.Violation is null)
            return 0;
        Console.WriteLine(life.Describe(linesMax: 0));
        return 1;
    }

    static int Tell(Campaign campaign, TimeSpan elapsed)
    {
        Console.WriteLine(campaign.Coverage);
        foreach (var life in campaign.Violations.Take(5))
            Console.WriteLine($"\n{life.Describe(LinesShown)}");
        Console.WriteLine(
            $"{campaign.Seeds} seeds in {elapsed.TotalSeconds:0} s ({campaign.Seeds / elapsed.TotalSeconds:0.0} a "
            + $"second, {campaign.Steps / Math.Max(campaign.Seeds, 1)} draws each), "
            + $"{campaign.Violations.Count} violations: "
            + string.Join(' ', campaign.Violations.Take(20).Select(life => life.Seed)));
        return campaign.Violations.Count == 0 ? 0 : 1;
    }
}
