namespace Cairn.Engine.Operations.Check;

/// <summary>How far a check is: bytes are those of the packs that are read. Any thread may sample.</summary>
public sealed class CheckMonitor : IProgressSource
{
    long _objects, _bytes;
    long _objectsTotal = -1, _bytesTotal = -1;
    volatile string _phase = "starting";

    public ProgressSample Sample()
    {
        var (objects, bytes) = (Interlocked.Read(ref _objectsTotal), Interlocked.Read(ref _bytesTotal));
        return new ProgressSample(
            _phase, Interlocked.Read(ref _objects), objects < 0 ? null : objects, Interlocked.Read(ref _bytes),
            bytes < 0 ? null : bytes, StoredBytes: 0);
    }

    internal void Begin(string phase, long objects = -1, long bytes = -1)
    {
        _phase = phase;
        Interlocked.Exchange(ref _objects, 0);
        Interlocked.Exchange(ref _bytes, 0);
        Interlocked.Exchange(ref _objectsTotal, objects);
        Interlocked.Exchange(ref _bytesTotal, bytes);
    }

    internal void Add(long bytes = 0)
    {
        Interlocked.Increment(ref _objects);
        Interlocked.Add(ref _bytes, bytes);
    }
}
