using System.Text.Json;
using Cairn.Engine.Operations.Prune;

namespace Cairn.Cli.Rendering;

static class PruneRendering
{
    public static void Print(Output output, PruneResult result, bool isDryRun)
    {
        foreach (var note in result.Notes)
        {
            output.Warning(note);
            output.Event("problem", writer =>
            {
                writer.WriteString("message", note);
                writer.WriteBoolean("isDamage", value: false);
            });
        }
        foreach (var line in Lines(result, isDryRun))
            output.Summary(line);
        output.Event("summary", writer => Write(writer, result, isDryRun));
    }

    static IEnumerable<string> Lines(PruneResult result, bool isDryRun)
    {
        yield return $"{Text(result.Before)}, of which {HumanText.Size(result.UsedBytes)} are needed";
        var would = isDryRun ? "would be " : "";
        if (result.LedgersProposedVoid + result.LedgersVoided > 0)
            yield return $"ledgers {would}given up: {HumanText.Count(result.LedgersVoided)}"
                + $" (announced: {HumanText.Count(result.LedgersProposedVoid)})";
        if (result.Repacked.Packs > 0)
            yield return $"{would}repacked: {Text(result.Repacked)} into {Text(result.RepackedInto)}";
        if (result.Condemned.Packs > 0)
            yield return $"{would}condemned: {Text(result.Condemned)}";
        yield return $"{would}deleted: {Text(result.Deleted)}";
        if (result.Waiting.Packs > 0)
            yield return $"waiting for their grace: {Text(result.Waiting)}, the first until "
                + $"{HumanText.Time(result.WaitingUntil!.Value)}; a later prune deletes them";
        if (result.Locked.Packs > 0)
            yield return $"locked: {Text(result.Locked)}, reclaimable on "
                + $"{HumanText.Time(result.ReclaimableOn!.Value)} at the latest; a later prune deletes them";
        if (result.PaidFor.Packs > 0)
            yield return $"unneeded, but paid for in any case: {Text(result.PaidFor)}, until "
                + $"{HumanText.Time(result.PaidUntil!.Value)} at the latest; a later prune deletes them";
        if (result.Protected.Packs > 0)
            yield return $"protected by the store for now: {Text(result.Protected)}; a later prune deletes them";
        if (result.Spared.Packs > 0)
            yield return $"condemned, but needed, and so kept: {Text(result.Spared)}";
        if (result.Unfinished.Packs > 0)
            yield return $"stored by a run that has not finished: {Text(result.Unfinished)}";
        if (result.IndexObjectsWritten > 0)
            yield return $"{would}put together: {HumanText.Count(result.IndexObjectsCompacted)} small index objects "
                + "into " + HumanText.Count(result.IndexObjectsWritten);
        if (result.IndexObjectsDeleted > 0)
            yield return $"{would}deleted: {HumanText.Count(result.IndexObjectsDeleted)} index objects that others "
                + "contain";
        yield return $"requests that change something: {(isDryRun ? "about " : "")}{HumanText.Count(result.Requests)}";
        if (result.Cost is not { } cost)
            yield break;
        yield return $"packs cost {CostText.Money(cost.Prices, cost.MonthlyBefore)} a month, and "
            + $"{CostText.Money(cost.Prices, cost.MonthlyAfter)} when all of this has gone; this run costs about "
            + $"{CostText.Money(cost.Prices, cost.Run)} {CostText.Of(cost.Prices)}";
        if (cost.Unpriced > 0)
            yield return CostText.Unpriced(cost.Unpriced);
    }

    static void Write(Utf8JsonWriter writer, PruneResult result, bool isDryRun)
    {
        writer.WriteString("command", "prune");
        writer.WriteBoolean("dryRun", isDryRun);
        Write(writer, "packs", result.Before);
        writer.WriteNumber("usedBytes", result.UsedBytes);
        Write(writer, "condemned", result.Condemned);
        Write(writer, "waiting", result.Waiting);
        if (result.WaitingUntil is { } until)
            writer.WriteTime("waitingUntil", until);
        Write(writer, "deleted", result.Deleted);
        Write(writer, "locked", result.Locked);
        if (result.ReclaimableOn is { } reclaimable)
            writer.WriteTime("reclaimableOn", reclaimable);
        Write(writer, "paidFor", result.PaidFor);
        if (result.PaidUntil is { } paid)
            writer.WriteTime("paidUntil", paid);
        Write(writer, "protected", result.Protected);
        Write(writer, "spared", result.Spared);
        Write(writer, "unfinished", result.Unfinished);
        Write(writer, "repacked", result.Repacked);
        Write(writer, "repackedInto", result.RepackedInto);
        writer.WriteNumber("indexObjectsCompacted", result.IndexObjectsCompacted);
        writer.WriteNumber("indexObjectsWritten", result.IndexObjectsWritten);
        writer.WriteNumber("indexObjectsDeleted", result.IndexObjectsDeleted);
        writer.WriteNumber("ledgersProposedVoid", result.LedgersProposedVoid);
        writer.WriteNumber("ledgersVoided", result.LedgersVoided);
        writer.WriteNumber("snapshotsRemoved", result.SnapshotsRemoved);
        writer.WriteNumber("requests", result.Requests);
        if (result.Cost is not { } cost)
            return;
        CostText.Write(writer, "monthlyCost", cost.MonthlyBefore);
        CostText.Write(writer, "monthlyCostAfter", cost.MonthlyAfter);
        CostText.Write(writer, "runCost", cost.Run);
        writer.WriteNumber("unpricedPacks", cost.Unpriced);
        CostText.Write(writer, cost.Prices);
    }

    static void Write(Utf8JsonWriter writer, string name, PackSum sum)
    {
        writer.WriteNumber(name, sum.Packs);
        writer.WriteNumber($"{name}Bytes", sum.Bytes);
    }

    static string Text(PackSum sum) =>
        $"{HumanText.Count(sum.Packs, "pack", "packs")}, {HumanText.Size(sum.Bytes)}";
}
