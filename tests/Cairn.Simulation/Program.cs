namespace Cairn.Simulation;

/// <summary>Without one of its own options this is an ordinary test assembly.</summary>
static class Program
{
    const string Usage = """
        usage: Cairn.Simulation --seed N              replay one seed and print all its steps
               Cairn.Simulation --seeds FROM..TO      run these seeds, both ends included
               Cairn.Simulation --seeds N [--from N]  run so many seeds
               Cairn.Simulation --minutes M [--from N]
        further: --mutation RULE  break a rule of the commit protocol (see Mutation)
                 --kind KIND      only lives of that kind (see LifeKind)
                 --meetings       only lives in which actors meet on purpose
                 --parallel N     lives side by side (default: one per processor)
        Interrupted (SIGINT, SIGTERM) it ends the lives it has begun, and tells what it found.
        """;

    static int Main(string[] arguments)
    {
        if (!arguments.Any(argument => argument is "--seed" or "--seeds" or "--minutes" or "--help"))
            return Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments).GetAwaiter().GetResult();
        try
        {
            return Run(arguments);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
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
        LifeKind? only = Value("--kind") is { } kind ? Enum.Parse<LifeKind>(kind) : null;
        var onlyMeetings = arguments.Contains("--meetings");
        var parallel = int.Parse(Value("--parallel") ?? $"{Environment.ProcessorCount}");
        var first = ulong.Parse(Value("--from") ?? "1");
        if (Value("--seeds") is { } seeds)
            return new CampaignRun(SeedRange.Parse(seeds, first), mutation, only, onlyMeetings, parallel)
                .Run(TimeSpan.MaxValue);
        if (Value("--minutes") is { } minutes)
            return new CampaignRun(new SeedRange(first, long.MaxValue), mutation, only, onlyMeetings, parallel)
                .Run(TimeSpan.FromMinutes(double.Parse(minutes)));
        Console.WriteLine(Usage);
        return 0;

        string? Value(string name) => Array.IndexOf(arguments, name) is >= 0 and var at
            ? at + 1 < arguments.Length ? arguments[at + 1] : throw new FormatException()
            : null;
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
}
