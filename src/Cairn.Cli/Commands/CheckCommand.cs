using System.CommandLine;
using System.Globalization;
using Cairn.App;
using Cairn.App.Reading;
using Cairn.App.Text;
using Cairn.Cli.Rendering;
using Cairn.Engine.Operations.Check;

namespace Cairn.Cli.Commands;

static class CheckCommand
{
    const int LinesShown = 50;

    public static Command Create(GlobalOptions global)
    {
        var command = new Command("check", "Look for damage");
        var keys = new KeyOptions();
        var all = new Option<bool>("--read-data") { Description = "Read and verify every pack" };
        var subset = new Option<string?>("--read-data-subset")
        {
            Description = "Read and verify this share of the packs, chosen anew each time", HelpName = "N%",
        };
        command.Add(all);
        command.Add(subset);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new CheckRequest
            {
                Access = keys.Access(context.Parsed, global),
                ReadDataPercent = context.Parsed.GetValue(all) ? 100 : ParsePercent(context.Parsed.GetValue(subset)),
            };
            var result = await CheckUseCase.RunAsync(context.Environment, request, context.Cancellation);
            Print(context.Output, result);
            return ExitCodeOf(result);
        });
        return command;
    }

    internal static int ExitCodeOf(CheckResult result) => ExitCodes.Gravest(
        result.IsDamaged ? ExitCodes.Damage : ExitCodes.Ok,
        result.Findings.Any(finding => finding.Severity == CheckSeverity.Repairable) ? ExitCodes.Warnings
            : ExitCodes.Ok);

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

    internal static void Print(Output output, CheckResult result)
    {
        var shown = output.Options.Verbosity > 0 ? int.MaxValue : LinesShown;
        foreach (var finding in result.Findings.Where(finding =>
            finding.Severity != CheckSeverity.Note || output.Options.Verbosity > 0).Take(shown))
            output.Warning($"{SeverityText(finding.Severity)}: {finding.Object}: {finding.Message}");
        foreach (var file in result.LostFiles.Take(shown))
            output.Warning($"not whole any more: snapshot {file.Snapshot}: /{ByteText.Show(file.Path)}");
        if (result.LostFileCount > Math.Min(shown, result.LostFiles.Count))
            output.Warning($"in all {HumanText.Count(result.LostFileCount)} files are not whole any more");
        WriteEvents(output, result);
        var read = result.PacksRead > 0
            ? $", {HumanText.Count(result.PacksRead)} of them read and verified ({HumanText.Size(result.BytesRead)})"
            : "";
        output.Summary(
            $"checked {HumanText.Count(result.Snapshots, "snapshot", "snapshots")}, "
            + $"{HumanText.Count(result.Packs, "pack", "packs")}{read}");
        output.Summary(result.IsDamaged ? "damage was found" : "no damage was found");
    }

    static void WriteEvents(Output output, CheckResult result)
    {
        foreach (var finding in result.Findings)
        {
            output.Event("finding", writer =>
            {
                writer.WriteString("severity", SeverityText(finding.Severity));
                writer.WriteString("object", finding.Object);
                if (finding.Kind is { } kind)
                    writer.WriteString("kind", kind.ToString().ToLowerInvariant());
                writer.WriteString("message", finding.Message);
            });
        }
        foreach (var file in result.LostFiles)
        {
            output.Event("lostFile", writer =>
            {
                writer.WriteString("snapshot", file.Snapshot);
                writer.WriteName("path", file.Path.Span);
            });
        }
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "check");
            writer.WriteBoolean("isDamaged", result.IsDamaged);
            writer.WriteNumber("snapshots", result.Snapshots);
            writer.WriteNumber("packs", result.Packs);
            writer.WriteNumber("packsRead", result.PacksRead);
            writer.WriteNumber("bytesRead", result.BytesRead);
            writer.WriteNumber("lostFiles", result.LostFileCount);
        });
    }

    static string SeverityText(CheckSeverity severity) => severity switch
    {
        CheckSeverity.Note => "note",
        CheckSeverity.Repairable => "repairable",
        _ => "damage",
    };
}
