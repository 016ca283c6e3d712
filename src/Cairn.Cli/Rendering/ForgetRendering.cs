using Cairn.Engine.Operations.Forget;

namespace Cairn.Cli.Rendering;

static class ForgetRendering
{
    public static void PrintPlan(Output output, ForgetPlan plan)
    {
        var table = new Table(["ID", "TIME", "HOST", "SOURCE", "TAGS", "KEPT BY"]);
        foreach (var decision in plan.Decisions)
        {
            var snapshot = decision.Snapshot;
            table.Add(
                snapshot.ShortId, HumanText.Time(decision.Time), SnapshotText.Show(snapshot.HostName),
                SnapshotText.Source(snapshot), SnapshotText.Tags(snapshot),
                decision.IsKept ? SnapshotText.Show(string.Join(", ", decision.Reasons)) : "- forget");
            output.Event("retention", writer =>
            {
                writer.WriteString("id", snapshot.Id);
                writer.WriteTime("time", decision.Time);
                writer.WriteString("host", snapshot.HostName);
                writer.WriteString("source", snapshot.Source);
                writer.WriteNames("tags", snapshot.Tags);
                writer.WriteBoolean("isKept", decision.IsKept);
                writer.WriteNames("keptBy", decision.Reasons);
            });
        }
        output.Result(table);
        SnapshotsRendering.PrintProblems(output, plan.Problems);
    }

    public static string QuestionOf(ForgetPlan plan) =>
        $"Forget {HumanText.Count(plan.Forgotten.Count(), "snapshot", "snapshots")}?";

    public static void PrintDone(Output output, ForgetPlan plan, bool isDryRun)
    {
        var forgotten = plan.Forgotten.Count();
        var kept = plan.Decisions.Count - forgotten;
        output.Summary(
            $"{(isDryRun ? "would keep" : "kept")} {HumanText.Count(kept, "snapshot", "snapshots")}, "
            + $"{(isDryRun ? "would forget" : "forgot")} {HumanText.Count(forgotten)}");
        if (forgotten > 0 && !isDryRun)
            output.Summary("their space is given back by: cairn prune");
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "forget");
            writer.WriteBoolean("dryRun", isDryRun);
            writer.WriteNumber("kept", kept);
            writer.WriteNumber("forgotten", forgotten);
        });
    }
}
