using System.CommandLine;
using Cairn.App;
using Cairn.App.Retention;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;
using Cairn.Engine.Operations.Forget;

namespace Cairn.Cli.Commands;

static class ForgetCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("forget", "Remove snapshots from the history, by rules or by id");
        var keys = new KeyOptions();
        var filter = new SnapshotFilterOptions();
        var rules = new RetentionOptions();
        var ids = new Argument<string[]>("SNAPSHOT")
        {
            Description = "Ids of snapshots, or at least 4 digits of each, instead of rules",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var maxShare = new Option<string>("--max-share")
        {
            Description = "Stop if rules would remove more than this share of the snapshots of a source",
            HelpName = "N%", DefaultValueFactory = _ => $"{ForgetRequest.DefaultMaxSharePercent}%",
        };
        var acceptTimes = new Option<bool>("--accept-times")
        {
            Description = "Believe the times that hosts claim, also where nothing confirms them",
        };
        var dryRun = CommonOptions.DryRun("Only show what would be kept and what would go");
        var yes = CommonOptions.Yes();
        command.Add(ids);
        rules.AddTo(command);
        filter.AddSourcesTo(command);
        foreach (var option in new Option[] { maxShare, acceptTimes, dryRun, yes })
            command.Add(option);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var request = new ForgetRequest
            {
                Access = keys.Access(parsed, global), Filter = filter.SourceFilter(context),
                Rules = rules.Rules(context), Ids = parsed.GetValue(ids) ?? [],
                MaxSharePercent = Shares.Parse("--max-share", parsed.GetRequiredValue(maxShare)),
                AcceptsTimes = parsed.GetValue(acceptTimes), IsDryRun = parsed.GetValue(dryRun),
                Show = plan => ForgetRendering.PrintPlan(context.Output, plan),
                Approve = plan => Approval.Ask(context, parsed.GetValue(yes), ForgetRendering.QuestionOf(plan)),
            };
            var done = await ForgetUseCase.RunAsync(context.Environment, request, context.Cancellation);
            ForgetRendering.PrintDone(context.Output, done, request.IsDryRun);
            return SnapshotsCommand.ExitCodeOf(done.Problems);
        });
        return command;
    }
}

/// <summary>The rules of retention on the command line.</summary>
sealed class RetentionOptions
{
    readonly Option<int> _last = Count("--keep-last", "Keep the newest N of each source");
    readonly Option<int> _hourly = Count("--keep-hourly", "Keep the newest of each of the last N hours that have any");
    readonly Option<int> _daily = Count("--keep-daily", "The same for days");
    readonly Option<int> _weekly = Count("--keep-weekly", "The same for weeks");
    readonly Option<int> _monthly = Count("--keep-monthly", "The same for months");
    readonly Option<int> _yearly = Count("--keep-yearly", "The same for years");
    readonly Option<string?> _within = new("--keep-within")
    {
        Description = "Keep all that are at most so much older than the newest of their source: 30D, 12h",
        HelpName = "TIME",
    };

    readonly Option<string?> _olderThan = new("--older-than")
    {
        Description = "Keep all that are not older than this: 90D, 2026-01-31", HelpName = "TIME",
    };

    readonly Option<string[]> _tags = new("--keep-tag")
    {
        Description = "Keep all with this label; may be repeated", HelpName = "TAG", DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            _last, _hourly, _daily, _weekly, _monthly, _yearly, _within, _olderThan, _tags,
        })
            command.Add(option);
    }

    public RetentionRules Rules(CommandContext context)
    {
        var parsed = context.Parsed;
        return new RetentionRules
        {
            Last = Value(_last), Hourly = Value(_hourly), Daily = Value(_daily), Weekly = Value(_weekly),
            Monthly = Value(_monthly), Yearly = Value(_yearly),
            Within = ParseInterval(parsed.GetValue(_within)),
            NotBefore = SnapshotFilterOptions.ParseTime(parsed.GetValue(_olderThan), context),
            Tags = parsed.GetValue(_tags) ?? [],
        };

        int Value(Option<int> option) => parsed.GetValue(option) is >= 0 and var count
            ? count
            : throw new UsageException($"{option.Name} needs a number of snapshots");
    }

    static TimeSpan? ParseInterval(string? text) => text is null
        ? null
        : TimeExpression.TryParseInterval(text)
            ?? throw new UsageException($"\"{text}\" is no length of time", "it is like 30D, 12h or 1Y6M");

    static Option<int> Count(string name, string description) =>
        new(name) { Description = description, HelpName = "N" };
}
