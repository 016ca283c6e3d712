using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Verify;

/// <summary>What of the disk could not be read. Any thread.</summary>
sealed class UnreadLog : ISourceProblems
{
    const int ProblemsKept = 1000;

    readonly Lock _lock = new();
    readonly List<SourceProblem> _problems = [];
    readonly HashSet<string> _paths = [];
    long _errors;

    public IReadOnlyList<SourceProblem> Problems
    {
        get
        {
            lock (_lock)
                return [.. _problems];
        }
    }

    public long Errors => Interlocked.Read(ref _errors);

    public void Report(SourceProblem problem)
    {
        // What vanished in this moment is missing, and a socket is in no snapshot.
        if (!problem.IsError)
            return;
        Interlocked.Increment(ref _errors);
        lock (_lock)
        {
            if (_problems.Count < ProblemsKept)
                _problems.Add(problem);
            _paths.Add(KeyOf(problem.Path.Span));
        }
    }

    /// <summary>Whether the path, or a directory above it, could not be read.</summary>
    public bool Covers(ReadOnlyMemory<byte> top, ReadOnlyMemory<byte> below)
    {
        lock (_lock)
        {
            if (_paths.Count == 0)
                return false;
            var path = below.IsEmpty ? top : top.IsEmpty ? below : ManifestPath.Join(top, below);
            for (; !path.IsEmpty; (path, _) = ManifestPath.Split(path))
            {
                if (_paths.Contains(KeyOf(AbsolutePath.Of(directory: default, path).Span)))
                    return true;
            }
            return false;
        }
    }

    static string KeyOf(ReadOnlySpan<byte> path) => Convert.ToHexString(path);
}
