using System.Text.Json;
using Cairn.Engine.Operations.Leases;
using Cairn.Engine.Storage;

namespace Cairn.Cli.Rendering;

static class LeaseRendering
{
    public static void Print(Output output, LeaseResult result, bool isDryRun)
    {
        foreach (var problem in (string[])[.. result.Gaps, .. result.Failures, .. result.Notes])
        {
            output.Warning(problem);
            output.Event("problem", writer =>
            {
                writer.WriteString("message", problem);
                writer.WriteBoolean("isDamage", result.Gaps.Contains(problem));
            });
        }
        PrintSnapshots(output, result);
        foreach (var line in Lines(result, isDryRun))
            output.Summary(line);
        output.Event("summary", writer => Write(writer, result, isDryRun));
    }

    static void PrintSnapshots(Output output, LeaseResult result)
    {
        var table = new Table(["ID", "STORED", "PROTECTED UNTIL"]);
        foreach (var (snapshot, until) in result.Snapshots)
        {
            var id = snapshot.Hash.ToString();
            table.Add(
                id[..8], snapshot.Ulid.Time is { } time ? HumanText.Time(time) : "?",
                until is { } end ? HumanText.Time(end) : "not protected");
            output.Event("lease", writer =>
            {
                writer.WriteString("id", id);
                if (until is { } end)
                    writer.WriteTime("protectedUntil", end);
            });
        }
        output.Result(table);
    }

    static IEnumerable<string> Lines(LeaseResult result, bool isDryRun)
    {
        var policy = result.Policy;
        yield return $"locks in {ModeOf(policy)} mode: {policy.Days} days at least, {policy.SlackDays} of slack";
        yield return $"{HumanText.Count(result.Needed, "object is", "objects are")} needed"
            + (result.Earliest is { } end ? $", all locked until {HumanText.Time(end)} at least" : "")
            + (result.Unprotected > 0 ? $", {HumanText.Count(result.Unprotected)} not locked" : "");
        if (result.Due > 0)
            yield return isDryRun
                ? $"to be renewed: {HumanText.Count(result.Due)}"
                : $"renewed: {HumanText.Count(result.Renewed)} of {HumanText.Count(result.Due)}";
        if (result.Condemned.Packs > 0)
            yield return $"condemned, since nothing needs them and their locks run out: {Text(result.Condemned)}";
        if (result.DeadLocked.Packs > 0)
            yield return $"not needed, and kept by locks until {HumanText.Time(result.DeadLockedUntil!.Value)} at the "
                + $"latest: {Text(result.DeadLocked)}";
        if (result.Hidden + result.Replaced > 0)
            yield return $"of what is needed, somebody has hidden {HumanText.Count(result.Hidden)} and put something "
                + $"beside {HumanText.Count(result.Replaced)}; what was there is still locked";
    }

    static void Write(Utf8JsonWriter writer, LeaseResult result, bool isDryRun)
    {
        writer.WriteString("command", "lease");
        writer.WriteBoolean("dryRun", isDryRun);
        writer.WriteString("mode", ModeOf(result.Policy));
        writer.WriteNumber("days", result.Policy.Days);
        writer.WriteNumber("slackDays", result.Policy.SlackDays);
        writer.WriteNumber("needed", result.Needed);
        writer.WriteNumber("due", result.Due);
        writer.WriteNumber("renewed", result.Renewed);
        writer.WriteNumber("unprotected", result.Unprotected);
        if (result.Earliest is { } earliest)
            writer.WriteTime("protectedUntil", earliest);
        writer.WriteNumber("condemned", result.Condemned.Packs);
        writer.WriteNumber("condemnedBytes", result.Condemned.Bytes);
        writer.WriteNumber("locked", result.DeadLocked.Packs);
        writer.WriteNumber("lockedBytes", result.DeadLocked.Bytes);
        if (result.DeadLockedUntil is { } until)
            writer.WriteTime("reclaimableOn", until);
        writer.WriteNumber("hidden", result.Hidden);
        writer.WriteNumber("replaced", result.Replaced);
    }

    static string ModeOf(LeasePolicy policy) => policy.Mode == ObjectLockMode.Compliance ? "compliance" : "governance";

    static string Text(Engine.Operations.Prune.PackSum sum) =>
        $"{HumanText.Count(sum.Packs, "pack", "packs")}, {HumanText.Size(sum.Bytes)}";
}
