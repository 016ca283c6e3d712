using System.CommandLine;
using System.Globalization;
using Cairn.App;
using Cairn.App.Access;
using Cairn.App.Reading;
using Cairn.Cli.Rendering;
using Cairn.Engine.Operations.Check;

namespace Cairn.Cli.Commands;

static class CheckCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("check", "Look for damage");
        var keys = new KeyOptions();
        var all = new Option<bool>("--read-data") { Description = "Read and verify every pack" };
        var subset = new Option<string?>("--read-data-subset")
        {
            Description = "Read and verify this share of the packs, chosen anew each time", HelpName = "N%",
        };
        var within = new Option<string?>("--read-data-within")
        {
            Description = "Read and verify so many packs that all are within this time (90D), however often this runs",
            HelpName = "TIME",
        };
        var max = new Option<string?>("--read-data-max")
        {
            Description = "With --read-data-within: read at most so much in this run (50G)", HelpName = "SIZE",
        };
        var audit = new Option<bool>("--audit")
        {
            Description = "Read no pack: go by the checksums, sizes and locks that the store itself tells, in cold "
                + "classes too; with a maintainer's credential no key is needed",
        };
        foreach (var option in new Option[] { all, subset, within, max, audit })
            command.Add(option);
        var asOf = new AsOfOption();
        asOf.AddTo(command);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var parsed = context.Parsed;
            var access = asOf.Apply(context, keys.Access(parsed, global));
            if (parsed.GetValue(audit))
                return await AuditAsync(context, access, [all, subset, within, max]);
            var percent = parsed.GetValue(all) ? 100 : ParsePercent(parsed.GetValue(subset));
            var schedule = ScheduleOf(parsed.GetValue(within), parsed.GetValue(max));
            if (percent > 0 && schedule is not null)
                throw new UsageException(
                    "--read-data-within chooses the packs itself", "leave --read-data and --read-data-subset out");
            var request = new CheckRequest
            {
                Access = access, ReadDataPercent = percent, Schedule = schedule,
            };
            var result = await CheckUseCase.RunAsync(context.Environment, request, context.Cancellation);
            CheckRendering.Print(context.Output, result);
            return ExitCodeOf(result);
        });
        return command;
    }

    static async Task<int> AuditAsync(CommandContext context, AccessOptions access, IReadOnlyList<Option> others)
    {
        if (others.FirstOrDefault(option => context.Parsed.GetResult(option) is { Implicit: false }) is { } other)
            throw new UsageException($"--audit reads no pack, and {other.Name} asks for it", "leave one of them out");
        if (access.AsOf is not null)
            throw new UsageException("--audit goes by what the store says today, so it takes no --as-of");
        var result = await AuditUseCase.RunAsync(context.Environment, access, context.Cancellation);
        AuditRendering.Print(context.Output, result);
        return ExitCodes.Gravest(
            result.IsDamaged ? ExitCodes.Damage : ExitCodes.Ok,
            result.Findings.Any(finding => finding.Severity == CheckSeverity.Repairable) ? ExitCodes.Warnings
                : ExitCodes.Ok);
    }

    internal static int ExitCodeOf(CheckResult result) => ExitCodes.Gravest(
        result.IsDamaged ? ExitCodes.Damage : ExitCodes.Ok,
        result.Findings.Any(finding => finding.Severity == CheckSeverity.Repairable) ? ExitCodes.Warnings
            : ExitCodes.Ok,
        result.IsOverdue ? ExitCodes.Warnings : ExitCodes.Ok);

    static ReadSchedule? ScheduleOf(string? within, string? max)
    {
        if (within is null)
            return max is null ? null : throw new UsageException("--read-data-max goes with --read-data-within");
        return new ReadSchedule
        {
            Within = Amounts.Time("--read-data-within", within),
            BytesMax = max is null ? null : Amounts.Size("--read-data-max", max),
        };
    }

    internal static double ParsePercent(string? text)
    {
        if (text is null)
            return 0;
        return text.EndsWith('%')
            && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture, out var percent)
            && percent is > 0 and <= 100
                ? percent
                : throw new UsageException($"\"{text}\" is no share of the packs",
                    "it is more than 0% and at most 100%, like 5%");
    }
}
