using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>Words for what a walk could not do. On the walking thread only.</summary>
sealed class WalkProblems(ISourceProblems sink)
{
    readonly PathBuilder _paths = new();

    public void Note(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name, string message) =>
        Report(directory, name, message, isError: false);

    public void Error(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name, string message) =>
        Report(directory, name, message, isError: true);

    /// <summary>A call failed: harmless if the thing is gone, since then it just was not there at this time.</summary>
    public void Failed(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name, string what, long error)
    {
        if (Errno.IsGone(error))
            Note(directory, name, "vanished while its directory was read");
        else
            Error(directory, name, $"{what}: {Errno.Describe(error)}");
    }

    void Report(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name, string message, bool isError) =>
        sink.Report(new SourceProblem(_paths.Absolute(directory, name).ToArray(), message, isError));
}
