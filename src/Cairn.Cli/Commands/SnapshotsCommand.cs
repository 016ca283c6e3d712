using System.CommandLine;
using Cairn.App.Reading;
using Cairn.App.Text;
using Cairn.Cli.Rendering;
using Cairn.Engine.Snapshots;

namespace Cairn.Cli.Commands;

static class SnapshotsCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("snapshots", "List what is there to restore");
        var keys = new KeyOptions();
        var host = new Option<string?>("--host") { Description = "Only those of this machine", HelpName = "NAME" };
        var tags = CommonOptions.Tags("Only those with this label; may be repeated");
        command.Add(host);
        command.Add(tags);
        keys.AddTo(command, withRecoveryKey: true);
        CommandRunner.Handle(command, global, async context =>
        {
            var request = new SnapshotsRequest
            {
                Access = keys.Access(context.Parsed, global), Host = context.Parsed.GetValue(host),
                Tags = context.Parsed.GetValue(tags) ?? [],
            };
            var report = await SnapshotsUseCase.RunAsync(context.Environment, request, context.Cancellation);
            Print(context.Output, report);
            return report.Problems.Any(problem => !problem.IsForeign) ? ExitCodes.Damage : ExitCodes.Ok;
        });
        return command;
    }

    static void Print(Output output, SnapshotsReport report)
    {
        var table = new Table(["ID", "TIME", "HOST", "SOURCE", "TAGS", "FILES", "SIZE"], 5, 6);
        foreach (var snapshot in report.Snapshots)
        {
            table.Add(
                snapshot.ShortId, HumanText.Time(snapshot.Time), Show(snapshot.HostName), SourceOf(snapshot),
                Show(string.Join(',', snapshot.Tags)), HumanText.Count(snapshot.Statistics.Files),
                HumanText.Size(snapshot.Statistics.Bytes));
            output.Event("snapshot", writer => SnapshotJson.Write(writer, snapshot));
        }
        foreach (var line in table.Lines())
            output.Result(line);
        output.Summary(HumanText.Count(report.Snapshots.Count, "snapshot", "snapshots"));
        foreach (var problem in report.Problems)
        {
            output.Warning(problem.Message);
            output.Event("problem", writer =>
            {
                writer.WriteString("message", problem.Message);
                writer.WriteBoolean("isDamage", !problem.IsForeign);
            });
        }
    }

    // The host stands in its own column.
    static string SourceOf(SnapshotInfo snapshot) => Show(
        snapshot.Source.StartsWith(snapshot.HostName + ":", StringComparison.Ordinal)
            ? snapshot.Source[(snapshot.HostName.Length + 1)..]
            : snapshot.Source);

    // Other machines wrote these texts.
    static string Show(string text) => ByteText.Show(ByteText.ToBytes(text));
}
