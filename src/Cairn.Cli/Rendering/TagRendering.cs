using Cairn.Engine.Operations.Tag;

namespace Cairn.Cli.Rendering;

static class TagRendering
{
    public static void Print(Output output, TagPlan plan, bool isDryRun)
    {
        var table = new Table(["ID", "TIME", "HOST", "SOURCE", "WAS", "TAGS"]);
        foreach (var decision in plan.Changes)
        {
            var snapshot = decision.Snapshot;
            table.Add(
                snapshot.ShortId, HumanText.Time(snapshot.Time), SnapshotText.Show(snapshot.HostName),
                SnapshotText.Source(snapshot), SnapshotText.Tags(snapshot),
                SnapshotText.Show(string.Join(',', decision.Tags)));
            output.Event("tagged", writer =>
            {
                writer.WriteString("id", snapshot.Id);
                writer.WriteNames("tagsBefore", snapshot.Tags);
                writer.WriteNames("tags", decision.Tags);
            });
        }
        var (changed, all) = (plan.Changes.Count(), plan.Decisions.Count);
        if (changed > 0)
            output.Result(table);
        output.Summary(
            $"{(isDryRun ? "would change" : "changed")} the tags of {HumanText.Count(changed, "snapshot", "snapshots")}"
            + (all > changed ? $"; {HumanText.Count(all - changed)} had them so already" : ""));
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "tag");
            writer.WriteBoolean("dryRun", isDryRun);
            writer.WriteNumber("changed", changed);
            writer.WriteNumber("unchanged", all - changed);
        });
        SnapshotsRendering.PrintProblems(output, plan.Problems);
    }
}
