using Cairn.App.Init;
using Cairn.Storage.Probing;
using Cairn.Storage.S3;

namespace Cairn.Cli.Rendering;

/// <summary>What was set up in a bucket, and what a store was seen to do.</summary>
static class PlaceRendering
{
    const int NameWidth = 20;

    public static void Print(Output output, PlaceReport place)
    {
        foreach (var step in place.Bucket.Steps)
        {
            output.Summary(Line(step.Outcome == StepOutcome.Done ? "ok" : "not done", step.Name, step.Message));
            output.Event("bucketStep", writer =>
            {
                writer.WriteString("name", step.Name);
                writer.WriteBoolean("done", step.Outcome == StepOutcome.Done);
                writer.WriteString("message", step.Message);
            });
        }
        foreach (var line in place.Probe)
        {
            // What is as it should be need not be read by who only wants a repository.
            if (line.Verdict != ProbeVerdict.Good || output.Options.Verbosity > 0)
                output.Summary(Line(Word(line.Verdict), line.Name, line.Message));
            WriteEvent(output, line);
        }
    }

    public static void Print(Output output, ProbeLine line)
    {
        output.Result(Line(Word(line.Verdict), line.Name, line.Message));
        WriteEvent(output, line);
    }

    static void WriteEvent(Output output, ProbeLine line) => output.Event("probe", writer =>
    {
        writer.WriteString("name", line.Name);
        writer.WriteString("verdict", line.Verdict.ToString().ToLowerInvariant());
        writer.WriteString("message", line.Message);
    });

    static string Line(string word, string name, string message) => $"{word,-9}{name.PadRight(NameWidth)}{message}";

    static string Word(ProbeVerdict verdict) => verdict switch
    {
        ProbeVerdict.Good => "ok",
        ProbeVerdict.Limited => "limited",
        ProbeVerdict.Bad => "bad",
        _ => "unknown",
    };
}
