using System.CommandLine;
using Cairn.App;
using Cairn.App.Jobs;

namespace Cairn.Cli.Commands;

/// <summary>What <c>backup</c> takes for the jobs of the configuration.</summary>
sealed class JobOptions
{
    public Option<string[]> Names { get; } = new("--job", "-j")
    {
        Description = "Back up this job of the configuration; may be repeated. Without anything named: all of them",
        HelpName = "NAME", DefaultValueFactory = _ => [],
    };

    public Option<bool> Rebaseline { get; } = new("--rebaseline")
    {
        Description = "Of a job: record what is there now, even if it is empty or nearly all is gone",
    };

    /// <param name="isSelfMade">Whether the command line says itself what to back up.</param>
    public bool AreMeant(CommandContext context, bool isSelfMade)
    {
        var areNamed = context.Parsed.GetValue(Names) is { Length: > 0 };
        if (areNamed && isSelfMade)
            throw new UsageException(
                "--job goes with neither paths nor options that say what to back up",
                "the configuration says what the job is");
        var areMeant = areNamed || (!isSelfMade && JobsUseCase.AreMeant(context.Environment));
        if (context.Parsed.GetValue(Rebaseline) && !areMeant)
            throw new UsageException("--rebaseline is for jobs only");
        return areMeant;
    }
}
