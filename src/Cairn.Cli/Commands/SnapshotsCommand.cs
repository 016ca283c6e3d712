using System.CommandLine;
using Cairn.App;
using Cairn.App.Reading;
using Cairn.Cli.Rendering;
using Cairn.Engine.Repositories.Reading;

namespace Cairn.Cli.Commands;

static class SnapshotsCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("snapshots", "List what is there to restore");
        var keys = new KeyOptions();
        var filter = new SnapshotFilterOptions();
        var groupBy = new Option<string?>("--group-by")
        {
            Description = "A table for each host, source or tag, or combination: host,source", HelpName = "WHAT",
        };
        filter.AddTo(command);
        command.Add(groupBy);
        var asOf = new AsOfOption();
        asOf.AddTo(command);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new SnapshotsRequest
            {
                Access = asOf.Apply(context, keys.Access(context.Parsed, global)), Filter = filter.Filter(context),
            };
            var grouping = SnapshotGrouping.Parse(context.Parsed.GetValue(groupBy));
            var report = await SnapshotsUseCase.RunAsync(context.Environment, request, context.Cancellation);
            SnapshotsRendering.Print(context.Output, report, grouping);
            return ExitCodeOf(report.Problems);
        });
        return command;
    }

    /// <summary>What is damaged does not count as seen; what is foreign was never there.</summary>
    internal static int ExitCodeOf(IReadOnlyList<ObjectProblem> problems) =>
        problems.Any(problem => !problem.IsForeign) ? ExitCodes.Damage : ExitCodes.Ok;
}
