using System.ComponentModel;
using Cairn.App.Configuration;
using Cairn.App.Interop;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Selecting;

namespace Cairn.App.Jobs;

/// <param name="Paths">Absolute.</param>
/// <param name="Problems">Pickers that failed, and paths that are not there.</param>
sealed record PickedPaths(IReadOnlyList<ReadOnlyMemory<byte>> Paths, IReadOnlyList<SourceProblem> Problems)
{
    public static readonly PickedPaths None = new([], []);
}

/// <summary>
/// Runs a job's pickers, one after the other. What one prints counts only if it ends well and in time: half a list, or
/// a message in its place, is no list. The others go on.
/// </summary>
sealed class Pickers(JobConfiguration job)
{
    const int OutputMax = 16 << 20;

    readonly List<ReadOnlyMemory<byte>> _paths = [];
    readonly List<SourceProblem> _problems = [];

    public static async Task<PickedPaths> RunAsync(JobConfiguration job, CancellationToken cancellationToken)
    {
        var pickers = new Pickers(job);
        foreach (var program in ExecutableFinder.Find(job.Pickers))
            await pickers.RunOneAsync(program, cancellationToken);
        return new PickedPaths(pickers._paths, pickers._problems);
    }

    /// <summary>
    /// Without what the selection leaves out, itself or with a folder above it: a walk never asks for what was named.
    /// </summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Select(
        IEnumerable<ReadOnlyMemory<byte>> paths, ISelection selection) => paths.Where(path =>
    {
        for (var end = 1; end < path.Length; end++)
        {
            if (path.Span[end] == '/'
                && selection.Decide(path.Span[..end], EntryKind.Directory, Unknown.Instance) == Verdict.Exclude)
                return false;
        }
        var kind = Directory.Exists(ByteText.FromBytes(path.Span)) ? EntryKind.Directory : EntryKind.File;
        return selection.Decide(path.Span, kind, Unknown.Instance) != Verdict.Exclude;
    });

    async Task RunOneAsync(string program, CancellationToken cancellationToken)
    {
        try
        {
            Parse(program, await ReadAsync(program, cancellationToken));
        }
        catch (Exception e) when (e is PickerException or Win32Exception)
        {
            Report(program, $"the picker {e.Message}, so its paths are missing");
        }
    }

    async Task<byte[]> ReadAsync(string program, CancellationToken cancellationToken)
    {
        if (ExecutableFinder.ProblemOf(program) is { } problem)
            throw new PickerException($"cannot be run: {problem}");
        var start = JobProcess.ToStartInfo(job, program);
        start.RedirectStandardOutput = true;
        using var process = JobProcess.Start(start);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(job.PickerTimeout);
        try
        {
            var output = await ReadAllAsync(process.StandardOutput.BaseStream).WaitAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return process.ExitCode == 0
                ? output
                : throw new PickerException($"failed with status {process.ExitCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PickerException($"was not done after {JobProcess.Show(job.PickerTimeout)} and was ended");
        }
        finally
        {
            JobProcess.Kill(process);
        }
    }

    static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var output = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (await stream.ReadAsync(buffer) is > 0 and var read)
        {
            if (output.Length + read > OutputMax)
                throw new PickerException($"printed more than {OutputMax >> 20} MiB");
            output.Write(buffer.AsSpan(0, read));
        }
        return output.ToArray();
    }

    // Names may have anything but NUL in them: whoever prints one NUL means it to separate them all.
    void Parse(string program, byte[] output)
    {
        var separator = output.Contains((byte)0) ? (byte)0 : (byte)'\n';
        foreach (var range in output.AsSpan().Split(separator))
        {
            var path = output[range];
            if (path.Length == 0)
                continue;
            if (path[0] != '/')
                Report(program, $"the picker printed a path that is not absolute: {ByteText.Show(path)}");
            else if (Libc.Resolve(path) is null)
                _problems.Add(new SourceProblem(path, "was picked, and is not there", IsError: false));
            else
                _paths.Add(PathBytes.MakeAbsolute(path, default));
        }
    }

    void Report(string program, string message) =>
        _problems.Add(new SourceProblem(ByteText.ToBytes(program), message, IsError: true));

    // Rules by size, time or markers do not hold for what was picked by its name.
    sealed class Unknown : ICandidate
    {
        public static readonly Unknown Instance = new();

        public (long Size, FileTime Modified)? SizeAndTime => null;
        public bool Contains(ReadOnlySpan<byte> name) => false;
        public bool ContainsFile(ReadOnlySpan<byte> name, ReadOnlySpan<byte> beginning) => false;
    }

    sealed class PickerException(string message) : Exception(message);
}
