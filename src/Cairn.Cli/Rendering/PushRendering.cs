using Cairn.Engine.Operations.Push;

namespace Cairn.Cli.Rendering;

static class PushRendering
{
    public static int ExitCodeOf(PushResult result) => ExitCodes.Gravest(
        result.Sessions.Any(session => session.Snapshot is null) ? ExitCodes.Failed : ExitCodes.Ok,
        result.Notes.Count > 0 ? ExitCodes.Warnings : ExitCodes.Ok);

    /// <param name="isRound">More may come.</param>
    public static void Print(Output output, PushResult result, bool isRound)
    {
        foreach (var note in result.Notes)
        {
            output.Warning(note);
            output.Event("problem", writer =>
            {
                writer.WriteString("message", note);
                writer.WriteBoolean("isError", value: true);
            });
        }
        foreach (var session in result.Sessions)
            Print(output, session);
        if (!isRound || result.PacksSent > 0)
            output.Summary(
                (result.Sessions.Count == 0 && result.PacksSent == 0 ? "nothing to push" : $"pushed {Sent(result)}")
                + (result.PacksFreed > 0
                    ? $", {HumanText.Count(result.PacksFreed)} of them to make room for a backup" : ""));
        output.Event("summary", writer =>
        {
            writer.WriteString("command", "push");
            writer.WriteNumber("committed", result.Sessions.Count(session => session.Snapshot is not null));
            writer.WriteNumber("waiting", result.Sessions.Count(
                session => session.Snapshot is null && !session.IsDiscarded));
            writer.WriteNumber("discarded", result.Sessions.Count(session => session.IsDiscarded));
            writer.WriteNumber("packsSent", result.PacksSent);
            writer.WriteNumber("bytesSent", result.BytesSent);
            writer.WriteNumber("packsFreed", result.PacksFreed);
            writer.WriteNumber("problems", result.Notes.Count);
        });
    }

    static string Sent(PushResult result) =>
        $"{HumanText.Count(result.PacksSent, "pack", "packs")}, {HumanText.Size(result.BytesSent)}";

    static void Print(Output output, PushedSession session)
    {
        var what = $"{session.Info.Source} of {HumanText.Time(session.Info.Time)}";
        if (session.Snapshot is { } snapshot)
            output.Summary($"snapshot {snapshot.Hash.ToString()[..8]} saved: {what}"
                + (session.Mended > 0
                    ? $", {HumanText.Count(session.Mended, "blob", "blobs")} of it from where a prune had moved them"
                    : ""));
        else
            output.Warning($"{what} was not saved: a prune has removed "
                + $"{HumanText.Count(session.Missing, "blob", "blobs")} that it relies on. "
                + (session.IsDiscarded
                    ? "It was given up"
                    : "Back up the same again, by way of this spool or not, and push again: what has not changed since "
                    + "is stored anew then. To give it up: push --discard"));
        output.Event("pushed", writer =>
        {
            writer.WriteString("session", session.Id.ToString());
            writer.WriteString("outcome", session.Snapshot is not null ? "committed"
                : session.IsDiscarded ? "discarded" : "waiting");
            if (session.Snapshot is { } name)
                writer.WriteString("snapshot", name.Hash.ToString());
            writer.WriteTime("time", session.Info.Time);
            writer.WriteString("source", session.Info.Source);
            writer.WriteNumber("missing", session.Missing);
            writer.WriteNumber("mended", session.Mended);
        });
    }
}
