using Cairn.App.Selecting;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Files.Selecting;

namespace Cairn.Cli.Rendering;

static class ExplainRendering
{
    public static void Print(Output output, Explanation explanation)
    {
        var path = ByteText.Show(explanation.Path);
        output.Result($"{path}: {VerdictText(explanation)}");
        if (!explanation.Path.Span.SequenceEqual(explanation.DecidedAt.Span))
            output.Result($"  {ByteText.Show(explanation.DecidedAt)} above it is left out and not entered");
        output.Result($"  {ReasonText(explanation)}");
        if (explanation.Kind is null)
            output.Notice($"{path} is not there, or a socket: judged by its name, as a file");
        output.Event("explanation", writer =>
        {
            writer.WriteName("path", explanation.Path.Span);
            writer.WriteString("verdict", VerdictName(explanation.Verdict));
            writer.WriteString("reason", ReasonName(explanation.Reason));
            writer.WriteName("decidedAt", explanation.DecidedAt.Span);
            if (explanation.IsMountPoint)
                writer.WriteBoolean("isMountPoint", value: true);
            if (explanation.Rule is { } rule)
                writer.WriteString("rule", rule);
            if (explanation.Kind is { } kind)
                writer.WriteString("kind", EntryText.KindName(kind));
        });
    }

    static string VerdictText(Explanation explanation) => explanation.Verdict switch
    {
        Verdict.Exclude => "left out" + (explanation.Kind == EntryKind.Directory ? ", not entered" : ""),
        Verdict.Scan => "entered; backed up only if something beneath it is",
        _ when explanation.IsMountPoint => "backed up, not entered: another file system is mounted there",
        _ => "backed up" + (explanation.Kind == EntryKind.Directory ? ", entered" : ""),
    };

    static string ReasonText(Explanation explanation) => explanation.Reason switch
    {
        ExplainReason.Rule when explanation.Verdict == Verdict.Scan =>
            $"decided by: {explanation.Rule}, but a rule before it may include something beneath",
        ExplainReason.Rule => $"decided by: {explanation.Rule}",
        ExplainReason.Source => "it is a source",
        ExplainReason.Outside => "it lies in no source",
        ExplainReason.Own => "Cairn leaves out its own folders",
        ExplainReason.OtherFileSystem => "it lies on another file system than the source",
        ExplainReason.Unlisted => "it is not in the list of --files-from",
        _ when explanation.Verdict != Verdict.Include =>
            "no rule matches it, but one could include it: --like-duplicity leaves that out",
        _ => "no rule matches it",
    };

    static string VerdictName(Verdict verdict) => verdict switch
    {
        Verdict.Exclude => "exclude",
        Verdict.Scan => "scan",
        _ => "include",
    };

    static string ReasonName(ExplainReason reason) => reason switch
    {
        ExplainReason.Rule => "rule",
        ExplainReason.Source => "source",
        ExplainReason.Outside => "outside",
        ExplainReason.Own => "own",
        ExplainReason.OtherFileSystem => "otherFileSystem",
        ExplainReason.Unlisted => "unlisted",
        _ => "default",
    };
}
