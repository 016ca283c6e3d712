using Cairn.App.Reading;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Find;

namespace Cairn.Cli.Rendering;

/// <summary>One line for each version of a path: when modified, how large, in which snapshots.</summary>
static class FindRendering
{
    public static void Print(Output output, FoundPath found)
    {
        foreach (var version in found.Versions)
        {
            var entry = version.Entry;
            var size = entry.HasContent ? HumanText.Size(entry.Size) : "-";
            output.Result(
                $"{EntryText.ModeText(entry)}  {EntryText.TimeText(entry.Modified),19}  {size,9}  "
                + $"{Snapshots(version),-24}  "
                + NameOf(found, entry));
            output.Event("match", writer =>
            {
                EntryText.Write(writer, found.Path.Span, entry);
                writer.WriteNames("snapshots", version.Snapshots.Select(snapshot => snapshot.Id));
            });
        }
    }

    public static void Print(Output output, FindReport report)
    {
        SnapshotsRendering.PrintProblems(output, report.Problems);
        output.Summary(
            $"{HumanText.Count(report.Paths, "path", "paths")} in "
            + $"{HumanText.Count(report.Versions, "version", "versions")}, searched "
            + HumanText.Count(report.Snapshots, "snapshot", "snapshots"));
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "find");
            writer.WriteNumber("snapshots", report.Snapshots);
            writer.WriteNumber("paths", report.Paths);
            writer.WriteNumber("versions", report.Versions);
        });
    }

    // The first and the last, and how many there are from one to the other.
    static string Snapshots(EntryVersion version) => version.Snapshots.Count == 1
        ? version.Snapshots[0].ShortId
        : $"{version.Snapshots[0].ShortId}..{version.Snapshots[^1].ShortId} ({version.Snapshots.Count})";

    static string NameOf(FoundPath found, Entry entry) =>
        (found.IsStream ? "" : "/") + ByteText.Show(found.Path) + (entry.Kind switch
        {
            EntryKind.Directory => "/",
            EntryKind.Symlink => $" -> {ByteText.Show(entry.LinkTarget)}",
            _ => "",
        });
}
