using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>Collects what could not be read: all are counted, the first ones kept.</summary>
public sealed class ProblemLog : ISourceProblems
{
    readonly Lock _lock = new();
    readonly List<SourceProblem> _kept = [];
    long _count;
    long _errors;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>Something is missing from the snapshot.</summary>
    public bool HasErrors => Interlocked.Read(ref _errors) > 0;

    public IReadOnlyList<SourceProblem> Kept
    {
        get
        {
            lock (_lock)
                return [.. _kept];
        }
    }

    public void Report(SourceProblem problem)
    {
        Interlocked.Increment(ref _count);
        if (problem.IsError)
            Interlocked.Increment(ref _errors);
        lock (_lock)
        {
            if (_kept.Count < BackupResult.ProblemsKept)
                _kept.Add(problem);
        }
    }

    /// <summary>A further pass reports again.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _kept.Clear();
            _count = _errors = 0;
        }
    }
}
