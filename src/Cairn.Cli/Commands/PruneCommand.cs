using System.CommandLine;
using Cairn.App;
using Cairn.App.Retention;
using Cairn.App.Snapshots;
using Cairn.Cli.Rendering;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;

namespace Cairn.Cli.Commands;

static class PruneCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("prune", "Give back the space of what no snapshot needs");
        var keys = new KeyOptions();
        var grace = new Option<string>("--grace")
        {
            Description = "Time between the announcement that a pack goes and its end: 24h, or 0 for at once",
            HelpName = "TIME", DefaultValueFactory = _ => "24h",
        };
        var unfinished = new Option<string>("--unfinished-after")
        {
            Description = "Take what a run has stored and not finished for abandoned when it is so old",
            HelpName = "TIME", DefaultValueFactory = _ => "2D",
        };
        var maxUnused = new Option<string>("--max-unused")
        {
            Description = "Repack until at most this share of the packs is unneeded; 100% never repacks",
            HelpName = "N%", DefaultValueFactory = _ => "5%",
        };
        var maxRepack = new Option<string?>("--max-repack")
        {
            Description = "Copy at most so much in this run: 10G", HelpName = "SIZE",
        };
        var trustListing = new Option<bool>("--trust-listing")
        {
            Description = "Go on though the store may list late what was written; no backup must run",
        };
        var prices = CommonOptions.Prices();
        var dataClass = CommonOptions.DataClass();
        var dryRun = CommonOptions.DryRun("Only show what would be done");
        var yes = CommonOptions.Yes();
        Option[] all = [grace, unfinished, maxUnused, maxRepack, trustListing, prices, dataClass, dryRun, yes];
        foreach (var option in all)
            command.Add(option);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var options = new PruneOptions
            {
                Grace = ParseTime("--grace", parsed.GetRequiredValue(grace)),
                UnfinishedAfter = ParseTime("--unfinished-after", parsed.GetRequiredValue(unfinished)),
                MaxUnusedPercent = Shares.Parse("--max-unused", parsed.GetRequiredValue(maxUnused)),
                RepackBytesMax = ParseSize(parsed.GetValue(maxRepack)), IsDryRun = parsed.GetValue(dryRun),
            };
            var request = new PruneRequest
            {
                Access = keys.Access(parsed, global) with { DataClass = parsed.GetValue(dataClass) },
                Options = options, TrustsListing = parsed.GetValue(trustListing),
                Prices = parsed.GetValue(prices),
                Approve = parsed.GetValue(yes) ? null : plan => IsApproved(context, plan),
            };
            var result = await PruneUseCase.RunAsync(context.Environment, request, context.Cancellation);
            PruneRendering.Print(context.Output, result, options.IsDryRun);
            return result.Protected.Packs > 0 ? ExitCodes.Protected : ExitCodes.Ok;
        });
        return command;
    }

    static bool IsApproved(CommandContext context, PruneResult plan)
    {
        PruneRendering.Print(context.Output, plan, isDryRun: true);
        return Approval.Ask(context, isGiven: false, "Go on?");
    }

    static TimeSpan ParseTime(string option, string text) => text == "0"
        ? TimeSpan.Zero
        : TimeExpression.TryParseInterval(text)
            ?? throw new UsageException($"{option} {text} is no length of time", "it is like 24h, 2D or 0");

    static long? ParseSize(string? text) => text is null
        ? null
        : ByteSize.TryParse(text, out var size)
            ? size
            : throw new UsageException($"\"{text}\" is no size", "sizes are like 4096, 64K, 1.5G");
}
