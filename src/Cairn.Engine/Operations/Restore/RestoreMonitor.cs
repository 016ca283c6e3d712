using Cairn.Engine.Indexing;

namespace Cairn.Engine.Operations.Restore;

/// <summary>The counts of a running restore, and what failed. Any thread may add, any thread may sample.</summary>
public sealed class RestoreMonitor : IProgressSource
{
    public const int FailuresKept = 1000;

    readonly Lock _lock = new();
    readonly List<RestoreFailure> _failures = [];
    readonly HashSet<PackNumber> _packs = [];
    long _files, _directories, _others, _bytes, _alreadyThere, _kept, _failureCount;
    long _filesTotal = -1, _bytesTotal = -1;
    volatile string _phase = "starting";

    public void Begin(string phase) => _phase = phase;

    public ProgressSample Sample()
    {
        var (filesTotal, bytesTotal) = (Interlocked.Read(ref _filesTotal), Interlocked.Read(ref _bytesTotal));
        return new ProgressSample(
            _phase, Interlocked.Read(ref _files) + Interlocked.Read(ref _alreadyThere)
                + Interlocked.Read(ref _kept),
            filesTotal < 0 ? null : filesTotal, Interlocked.Read(ref _bytes), bytesTotal < 0 ? null : bytesTotal,
            StoredBytes: 0);
    }

    internal void Expect(long files, long bytes)
    {
        Interlocked.Exchange(ref _filesTotal, files);
        Interlocked.Exchange(ref _bytesTotal, bytes);
    }

    internal void AddFile() => Interlocked.Increment(ref _files);

    internal void AddBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);

    internal void AddAlreadyThere(long bytes)
    {
        Interlocked.Increment(ref _alreadyThere);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void AddKept() => Interlocked.Increment(ref _kept);

    internal void AddDirectory() => Interlocked.Increment(ref _directories);

    internal void AddOther() => Interlocked.Increment(ref _others);

    /// <summary>One that several batches read counts once.</summary>
    internal void AddPack(PackNumber pack)
    {
        lock (_lock)
            _packs.Add(pack);
    }

    internal void Fail(ReadOnlySpan<byte> path, string message, bool isDamage)
    {
        lock (_lock)
        {
            _failureCount++;
            if (_failures.Count < FailuresKept)
                _failures.Add(new RestoreFailure(path.ToArray(), message, isDamage));
        }
    }

    internal RestoreResult ToResult(long bytesFetched, IReadOnlyCollection<string> shortfalls)
    {
        lock (_lock)
        {
            return new RestoreResult
            {
                Files = _files, Directories = _directories, Others = _others, Bytes = _bytes,
                FilesAlreadyThere = _alreadyThere, FilesKept = _kept, PacksRead = _packs.Count,
                BytesFetched = bytesFetched,
                Failures = [.. _failures], FailureCount = _failureCount, Shortfalls = shortfalls,
            };
        }
    }
}
