using System.Text.Json;
using Cairn.App.Text;
using Cairn.Engine.Operations.Check;

namespace Cairn.Cli.Rendering;

static class CheckRendering
{
    const int LinesShown = 50;

    public static void Print(Output output, CheckResult result)
    {
        var shown = Print(output, result.Findings);
        foreach (var file in result.LostFiles.Take(shown))
            output.Warning($"not whole any more: snapshot {file.Snapshot}: /{ByteText.Show(file.Path)}");
        if (result.LostFileCount > Math.Min(shown, result.LostFiles.Count))
            output.Warning($"in all {HumanText.Count(result.LostFileCount)} files are not whole any more");
        WriteEvents(output, result.Findings);
        WriteEvents(output, result);
        var read = result.PacksRead > 0
            ? $", {HumanText.Count(result.PacksRead)} of them read and verified ({HumanText.Size(result.BytesRead)})"
            : "";
        output.Summary(
            $"checked {HumanText.Count(result.Snapshots, "snapshot", "snapshots")}, "
            + $"{HumanText.Count(result.Packs, "pack", "packs")}{read}");
        // Who has just read everything knows.
        if (result.Verification is { } state && (state.Within is not null || state.Never.Packs > 0))
            Print(output, state);
        output.Summary(result.IsDamaged ? "damage was found" : "no damage was found");
    }

    /// <summary>For a person.</summary>
    /// <returns>How many lines of a sort are shown.</returns>
    public static int Print(Output output, IReadOnlyList<CheckFinding> findings)
    {
        var shown = output.Options.Verbosity > 0 ? int.MaxValue : LinesShown;
        foreach (var finding in findings.Where(finding =>
            finding.Severity != CheckSeverity.Note || output.Options.Verbosity > 0).Take(shown))
            output.Warning($"{SeverityText(finding.Severity)}: {finding.Object}: {finding.Message}");
        return shown;
    }

    static void Print(Output output, VerificationState state)
    {
        output.Summary(
            (state.Within is { } within ? $"  verified within {HumanText.Interval(within)}: " : "  verified ever: ")
            + $"{HumanText.Count(state.Verified.Packs, "pack", "packs")} ({HumanText.Size(state.Verified.Bytes)})"
            + (state.Oldest is { } oldest ? $", the oldest {HumanText.Time(oldest)}" : "")
            + (state.Never.Packs > 0
                ? $"; never yet: {HumanText.Count(state.Never.Packs)} ({HumanText.Size(state.Never.Bytes)})" : ""));
        if (state.Overdue.Packs > 0)
            output.Warning(
                $"{HumanText.Count(state.Overdue.Packs, "pack is", "packs are")} overdue "
                + $"({HumanText.Size(state.Overdue.Bytes)}): run it more often, or with a greater --read-data-max");
    }

    /// <summary>For programs.</summary>
    public static void WriteEvents(Output output, IReadOnlyList<CheckFinding> findings)
    {
        foreach (var finding in findings)
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
    }

    static void WriteEvents(Output output, CheckResult result)
    {
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
            if (result.Verification is { } verification)
                Write(writer, verification);
        });
    }

    static void Write(Utf8JsonWriter writer, VerificationState state)
    {
        if (state.Within is { } within)
            writer.WriteNumber("withinSeconds", (long)within.TotalSeconds);
        if (state.Oldest is { } oldest)
            writer.WriteTime("oldestVerified", oldest);
        writer.WriteNumber("verified", state.Verified.Packs);
        writer.WriteNumber("verifiedBytes", state.Verified.Bytes);
        writer.WriteNumber("neverVerified", state.Never.Packs);
        writer.WriteNumber("neverVerifiedBytes", state.Never.Bytes);
        if (state.Within is null)
            return;
        writer.WriteNumber("overdue", state.Overdue.Packs);
        writer.WriteNumber("overdueBytes", state.Overdue.Bytes);
    }

    static string SeverityText(CheckSeverity severity) => severity switch
    {
        CheckSeverity.Note => "note",
        CheckSeverity.Repairable => "repairable",
        _ => "damage",
    };
}
