using Cairn.App.Reading;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.Cli.Rendering;

static class SnapshotsRendering
{
    public static void Print(Output output, SnapshotsReport report, SnapshotGrouping grouping)
    {
        if (grouping.IsNone)
            PrintTable(output, report, report.Snapshots);
        else
        {
            foreach (var (title, snapshots) in grouping.Group(report.Snapshots))
            {
                output.Result(output.Paint(Colours.Bold, title));
                PrintTable(output, report, snapshots);
                output.Result("");
            }
        }
        foreach (var snapshot in report.Snapshots)
            output.Event("snapshot", writer =>
            {
                SnapshotJson.Write(writer, snapshot);
                if (report.ProtectedUntil.TryGetValue(snapshot.Id, out var until))
                    writer.WriteTime("protectedUntil", until);
            });
        output.Summary(HumanText.Count(report.Snapshots.Count, "snapshot", "snapshots"));
        PrintProblems(output, report.Problems);
    }

    public static void PrintProblems(Output output, IReadOnlyList<ObjectProblem> problems)
    {
        foreach (var problem in problems)
        {
            output.Warning(problem.Message);
            output.Event("problem", writer =>
            {
                writer.WriteString("message", problem.Message);
                writer.WriteBoolean("isDamage", !problem.IsForeign);
            });
        }
    }

    static string OriginOf(SnapshotInfo snapshot) => snapshot.Origin switch
    {
        null => "",
        { } origin when origin.FindFault(snapshot) is null => origin.ShortId,
        { } origin => $"{origin.ShortId} (its signature is wrong)",
    };

    static void PrintTable(Output output, SnapshotsReport report, IReadOnlyList<SnapshotInfo> snapshots)
    {
        // Only where there are copies.
        var hasCopies = snapshots.Any(snapshot => snapshot.Origin is not null);
        List<string> columns = ["ID", "TIME", "HOST", "SOURCE", "TAGS", "FILES", "SIZE"];
        if (report.HasLeases)
            columns.Add("PROTECTED UNTIL");
        if (hasCopies)
            columns.Add("COPY OF");
        var table = new Table([.. columns], 5, 6);
        foreach (var snapshot in snapshots)
        {
            List<string> row =
            [
                snapshot.ShortId, HumanText.Time(snapshot.Time), SnapshotText.Show(snapshot.HostName),
                SnapshotText.Source(snapshot), SnapshotText.Tags(snapshot),
                HumanText.Count(snapshot.Statistics.Files), HumanText.Size(snapshot.Statistics.Bytes),
            ];
            if (report.HasLeases)
                row.Add(ProtectedUntil(report, snapshot));
            if (hasCopies)
                row.Add(OriginOf(snapshot));
            table.Add([.. row]);
        }
        output.Result(table);
    }

    // What another machine has renewed, only that one knows without asking the store.
    static string ProtectedUntil(SnapshotsReport report, SnapshotInfo snapshot) =>
        report.ProtectedUntil.TryGetValue(snapshot.Id, out var until) ? HumanText.Time(until) : "?";
}
