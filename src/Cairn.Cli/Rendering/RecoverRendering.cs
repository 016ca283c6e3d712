using System.Text.Json;
using Cairn.Engine.Operations.Recover;

namespace Cairn.Cli.Rendering;

static class RecoverRendering
{
    const int LinesShown = 50;

    /// <summary>Before anything is done.</summary>
    public static void PrintPlan(Output output, RecoverPlan plan)
    {
        var shown = output.Options.Verbosity > 0 ? int.MaxValue : LinesShown;
        foreach (var finding in plan.Findings.Take(shown))
            output.Warning(finding.Message);
        if (plan.Findings.Count > shown)
            output.Warning($"and {HumanText.Count(plan.Findings.Count - shown)} more like these: see them with -v");
        foreach (var finding in plan.Findings)
        {
            output.Event("evidence", writer =>
            {
                writer.WriteString("object", finding.Object);
                writer.WriteString("kind", finding.Kind.ToString().ToLowerInvariant());
                writer.WriteBoolean("isDamage", finding.Kind == RecoverFindingKind.Lost);
                writer.WriteString("message", finding.Message);
            });
        }
        if (plan.Items.Count == 0)
            return;
        var table = new Table(["OBJECT", "WHAT", "STORED", "SIZE", "HOW"], 3);
        foreach (var item in plan.Items.Take(shown))
            table.Add(
                item.Good.Key.Value, WhatOf(item), HumanText.Time(item.Stored), HumanText.Size(item.Size),
                item.ShowsBelowMarkers ? "remove the marker" : "store again on top");
        foreach (var item in plan.Items)
            output.Event("tampered", writer => Write(writer, item));
        output.Result(table);
        if (plan.Items.Count > shown)
            output.Summary($"and {HumanText.Count(plan.Items.Count - shown)} more: see them with -v");
    }

    public static void PrintResult(Output output, RecoverPlan plan, RecoverResult? result, bool isDryRun)
    {
        foreach (var failure in result?.Failures ?? [])
        {
            output.Warning(failure);
            output.Event("problem", writer =>
            {
                writer.WriteString("message", failure);
                writer.WriteBoolean("isDamage", value: false);
            });
        }
        foreach (var line in Lines(plan, result))
            output.Summary(line);
        output.Event("summary", writer => Write(writer, plan, result, isDryRun));
    }

    static IEnumerable<string> Lines(RecoverPlan plan, RecoverResult? result)
    {
        var (hidden, overwritten) = CountsOf(plan);
        yield return plan.Items.Count == 0
            ? $"nothing was hidden or overwritten among {HumanText.Count(plan.Objects, "object", "objects")}"
            : $"of {HumanText.Count(plan.Objects, "object", "objects")}, {HumanText.Count(hidden)} hidden and "
                + $"{HumanText.Count(overwritten)} overwritten";
        if (result is null)
            yield break;
        yield return $"recovered {HumanText.Count(result.Recovered)} of {HumanText.Count(plan.Items.Count)}: "
            + $"{HumanText.Count(result.MarkersRemoved, "marker", "markers")} removed, "
            + $"{HumanText.Count(result.StoredAgain)} stored again"
            + (result.Locked > 0 ? $", {HumanText.Count(result.Locked, "lock", "locks")} renewed" : "");
        yield return "what was put there stays beside what counts, until the bucket's lifecycle removes it; "
            + "look at everything with: cairn check";
    }

    static void Write(Utf8JsonWriter writer, RecoverItem item)
    {
        writer.WriteString("object", item.Good.Key.Value);
        writer.WriteBoolean("hidden", item.IsHidden);
        writer.WriteBoolean("overwritten", item.IsOverwritten);
        writer.WriteTime("stored", item.Stored);
        writer.WriteNumber("size", item.Size);
        writer.WriteString("how", item.ShowsBelowMarkers ? "removeMarkers" : "storeAgain");
    }

    static void Write(Utf8JsonWriter writer, RecoverPlan plan, RecoverResult? result, bool isDryRun)
    {
        var (hidden, overwritten) = CountsOf(plan);
        writer.WriteString("command", "recover");
        writer.WriteBoolean("dryRun", isDryRun);
        writer.WriteNumber("objects", plan.Objects);
        writer.WriteNumber("hidden", hidden);
        writer.WriteNumber("overwritten", overwritten);
        writer.WriteNumber("findings", plan.Findings.Count);
        writer.WriteNumber("recovered", result?.Recovered ?? 0);
        writer.WriteNumber("markersRemoved", result?.MarkersRemoved ?? 0);
        writer.WriteNumber("storedAgain", result?.StoredAgain ?? 0);
        writer.WriteNumber("locksRenewed", result?.Locked ?? 0);
    }

    static (int Hidden, int Overwritten) CountsOf(RecoverPlan plan) =>
        (plan.Items.Count(item => item.IsHidden), plan.Items.Count(item => item.IsOverwritten));

    static string WhatOf(RecoverItem item) =>
        !item.IsHidden ? "overwritten"
        : item.IsOverwritten ? "hidden and overwritten"
        : "hidden";
}
