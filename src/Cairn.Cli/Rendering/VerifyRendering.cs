using Cairn.App.Reading;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Verify;

namespace Cairn.Cli.Rendering;

static class VerifyRendering
{
    const int ProblemsShown = 20;

    static readonly (VerifyChanges Change, string Name)[] Names =
    [
        (VerifyChanges.Missing, "missing"), (VerifyChanges.Added, "added"), (VerifyChanges.Kind, "kind"),
        (VerifyChanges.Content, "content"), (VerifyChanges.Mode, "mode"), (VerifyChanges.Owner, "owner"),
        (VerifyChanges.Modified, "modified"), (VerifyChanges.Target, "target"), (VerifyChanges.Device, "device"),
        (VerifyChanges.Attributes, "attributes"), (VerifyChanges.Flags, "flags"),
    ];

    public static void Print(Output output, VerifyDifference difference)
    {
        var changes = NamesOf(difference.Changes);
        var entry = (difference.Snapshot ?? difference.Disk)!;
        var name = "/" + ByteText.Show(difference.Path) + (entry.Kind == EntryKind.Directory ? "/" : "");
        var (sign, colour) = difference.Changes switch
        {
            VerifyChanges.Missing => ("-", Colours.Red),
            VerifyChanges.Added => ("+", Colours.Green),
            _ => ("M", Colours.Yellow),
        };
        // For programs the name stays; for a person "modified" says more than that the time is another.
        var words = changes.Select(change => change == "modified" ? "time" : change);
        var what = sign == "M" ? $"  {string.Join(", ", words)}" : "";
        output.Result(output.Paint(colour, $"{sign} {name}") + what);
        output.Event("difference", writer =>
        {
            writer.WriteName("path", [(byte)'/', .. difference.Path.Span]);
            writer.WriteString("kind", EntryText.KindName(entry.Kind));
            writer.WriteNames("changes", changes);
        });
    }

    public static IReadOnlyList<string> NamesOf(VerifyChanges changes) =>
        [.. Names.Where(item => (changes & item.Change) != 0).Select(item => item.Name)];

    public static void Print(Output output, VerifyReport report, bool isQuick)
    {
        PrintProblems(output, report);
        var result = report.Result;
        output.Summary(
            (result.Differences == 0 ? "no differences"
                : HumanText.Count(result.Differences, "difference", "differences"))
            + $": snapshot {report.Snapshot.ShortId}, {HumanText.Count(result.Files, "file", "files")}"
            + (isQuick ? " by size and time" : $", read {HumanText.Size(result.BytesRead)}")
            + $", took {HumanText.Duration(report.Elapsed)}");
        if (result.Unread > 0)
            output.Warning(
                $"{HumanText.Count(result.Unread, "path", "paths")} could not be read, and so not be compared");
        if (result.Streams > 0)
            output.Notice(
                HumanText.Count(result.Streams, "stream is", "streams are")
                + " not compared: there is no file to compare with");
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "verify");
            writer.WriteString("snapshot", report.Snapshot.Id);
            writer.WriteNumber("files", result.Files);
            writer.WriteNumber("streams", result.Streams);
            writer.WriteNumber("bytesRead", result.BytesRead);
            writer.WriteNumber("differences", result.Differences);
            writer.WriteNumber("unread", result.Unread);
        });
    }

    static void PrintProblems(Output output, VerifyReport report)
    {
        var shown = output.Options.Verbosity > 0 ? int.MaxValue : ProblemsShown;
        foreach (var problem in report.Problems.Take(shown))
            output.Warning($"{ByteText.Show(problem.Path)}: {problem.Message}");
        foreach (var problem in report.Problems)
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
