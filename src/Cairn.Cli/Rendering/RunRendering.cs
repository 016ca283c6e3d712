using Cairn.App.Text;
using Cairn.Engine.Snapshots;

namespace Cairn.Cli.Rendering;

/// <summary>The run that made a snapshot, as the snapshot itself keeps it.</summary>
static class RunRendering
{
    public static void Print(Output output, SnapshotInfo snapshot)
    {
        var counts = snapshot.Statistics;
        (string Name, string Value)[] lines =
        [
            ("snapshot", snapshot.Id),
            ("time", $"{HumanText.Time(snapshot.Time)}, took {HumanText.Duration(snapshot.Finished - snapshot.Time)}"),
            ("host", $"{SnapshotText.Show(snapshot.HostName)}, user {SnapshotText.Show(snapshot.UserName)}"),
            ("source", SnapshotText.Source(snapshot)),
            ("paths", string.Join(", ", snapshot.Roots.Select(ByteText.Show))),
            ("tags", SnapshotText.Tags(snapshot)),
            ("program", SnapshotText.Show(snapshot.Program)),
            ("holds", $"{HumanText.Count(counts.Files, "file", "files")}, "
                + $"{HumanText.Count(counts.Directories, "directory", "directories")}, "
                + $"{HumanText.Count(counts.Others, "other", "others")}, {HumanText.Size(counts.Bytes)}"),
            ("files", $"{HumanText.Count(counts.FilesNew)} new, {HumanText.Count(counts.FilesChanged)} changed, "
                + $"{HumanText.Count(counts.FilesUnchanged)} unchanged"),
            ("read", HumanText.Size(counts.BytesRead)),
            ("stored", $"{HumanText.Size(counts.BytesStoredPlain)} new, as {HumanText.Size(counts.BytesStored)} in "
                + HumanText.Count(counts.PacksStored, "pack", "packs")),
            ("warnings", HumanText.Count(snapshot.ProblemCount)),
        ];
        foreach (var (name, value) in lines)
            output.Result($"{name + ":",-10} {(value.Length == 0 ? "-" : value)}");
        foreach (var problem in snapshot.Problems)
            output.Result($"  {ByteText.Show(problem.Path)}: {SnapshotText.Show(problem.Message)}");
        if (snapshot.ProblemCount > snapshot.Problems.Count)
            output.Result($"  and {HumanText.Count(snapshot.ProblemCount - snapshot.Problems.Count)} more");
        Write(output, snapshot);
    }

    static void Write(Output output, SnapshotInfo snapshot)
    {
        output.Event("snapshot", writer => SnapshotJson.Write(writer, snapshot));
        output.Event("run", writer =>
        {
            var counts = snapshot.Statistics;
            writer.WriteString("snapshot", snapshot.Id);
            writer.WriteNumber("files", counts.Files);
            writer.WriteNumber("directories", counts.Directories);
            writer.WriteNumber("others", counts.Others);
            writer.WriteNumber("bytes", counts.Bytes);
            writer.WriteNumber("filesNew", counts.FilesNew);
            writer.WriteNumber("filesChanged", counts.FilesChanged);
            writer.WriteNumber("filesUnchanged", counts.FilesUnchanged);
            writer.WriteNumber("bytesRead", counts.BytesRead);
            writer.WriteNumber("bytesStoredPlain", counts.BytesStoredPlain);
            writer.WriteNumber("bytesStored", counts.BytesStored);
            writer.WriteNumber("packsStored", counts.PacksStored);
            writer.WriteNumber("problems", snapshot.ProblemCount);
        });
        foreach (var problem in snapshot.Problems)
        {
            output.Event("problem", writer =>
            {
                writer.WriteName("path", problem.Path.Span);
                writer.WriteString("message", problem.Message);
                writer.WriteBoolean("isError", problem.IsError);
            });
        }
    }
}
