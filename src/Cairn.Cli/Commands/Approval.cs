using Cairn.App;

namespace Cairn.Cli.Commands;

/// <summary>Whether a person wants what was shown to be done.</summary>
static class Approval
{
    /// <summary>True with <c>--yes</c>; else a terminal is asked, and without one the run ends.</summary>
    public static bool Ask(CommandContext context, bool isGiven, string question)
    {
        if (isGiven)
            return true;
        context.Output.Flush();
        return context.Environment.Prompt is { } prompt
            ? prompt.Confirm($"{question} [y/N] ", context.Cancellation)
            : throw new RefusedException("nothing was done, for nobody is there to be asked", "say --yes to go on");
    }
}
