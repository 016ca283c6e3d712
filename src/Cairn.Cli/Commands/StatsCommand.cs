using System.CommandLine;
using Cairn.App.Reading;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;

namespace Cairn.Cli.Commands;

static class StatsCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("stats", "Show sizes, what deduplication and compression save, and growth");
        var keys = new KeyOptions();
        var filter = new SnapshotFilterOptions();
        var snapshot = new Argument<string?>("SNAPSHOT")
        {
            Description = "Show the run that made this snapshot, with its warnings, instead",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var by = new Option<string>("--by")
        {
            Description = "One line for each source, host, snapshot, day, week, month or year",
            HelpName = "WHAT", DefaultValueFactory = _ => StatsGrouping.Default,
        };
        by.AcceptOnlyFromAmong([.. StatsGrouping.Names]);
        command.Add(snapshot);
        var prices = CommonOptions.Prices();
        command.Add(by);
        command.Add(prices);
        filter.AddTo(command);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var access = keys.Access(context.Parsed, global);
            if (context.Parsed.GetValue(snapshot) is { } text)
            {
                var chosen = filter.Filter(context);
                var info = await StatisticsUseCase.ShowAsync(
                    context.Environment, access, SnapshotReference.Parse(text, context.Environment.Time), chosen.Host,
                    context.Cancellation);
                RunRendering.Print(context.Output, info);
                return ExitCodes.Ok;
            }
            var request = new StatisticsRequest
            {
                Access = access, Filter = filter.Filter(context), Prices = context.Parsed.GetValue(prices),
            };
            var report = await StatisticsUseCase.RunAsync(context.Environment, request, context.Cancellation);
            StatsRendering.Print(context.Output, report, context.Parsed.GetRequiredValue(by));
            return SnapshotsCommand.ExitCodeOf(report.Problems);
        });
        return command;
    }
}
