using Cairn.Engine.Repositories.Writing;

namespace Cairn.Engine.Operations.Copy;

/// <summary>The counts of a running copy. Any thread may add, any thread may sample.</summary>
public sealed class CopyMonitor : IProgressSource
{
    long _files, _bytes, _filesTotal, _bytesTotal, _blobsRead, _bytesRead;
    volatile string _phase = "starting";

    public WriteCounters Written { get; } = new();
    public long BlobsRead => Interlocked.Read(ref _blobsRead);
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    public ProgressSample Sample() => new(
        _phase, Interlocked.Read(ref _files), Interlocked.Read(ref _filesTotal), Interlocked.Read(ref _bytes),
        Interlocked.Read(ref _bytesTotal), Written.PackBytes);

    internal void Begin(string phase) => _phase = phase;

    internal void Expect(long files, long bytes)
    {
        Interlocked.Add(ref _filesTotal, files);
        Interlocked.Add(ref _bytesTotal, bytes);
    }

    internal void AddFile() => Interlocked.Increment(ref _files);

    internal void AddContent(long bytes) => Interlocked.Add(ref _bytes, bytes);

    internal void AddRead(long bytes)
    {
        Interlocked.Increment(ref _blobsRead);
        Interlocked.Add(ref _bytesRead, bytes);
    }
}
