namespace Cairn.Engine.Operations;

/// <summary>How far an operation is that only counts: entries and their bytes. Any thread may sample.</summary>
public sealed class WorkMonitor(string phase) : IProgressSource
{
    long _files, _bytes;
    long _filesTotal = -1, _bytesTotal = -1;

    public ProgressSample Sample()
    {
        var (files, bytes) = (Interlocked.Read(ref _filesTotal), Interlocked.Read(ref _bytesTotal));
        return new ProgressSample(
            phase, Interlocked.Read(ref _files), files < 0 ? null : files, Interlocked.Read(ref _bytes),
            bytes < 0 ? null : bytes, StoredBytes: 0);
    }

    internal void Expect(long files, long bytes)
    {
        Interlocked.Exchange(ref _filesTotal, files);
        Interlocked.Exchange(ref _bytesTotal, bytes);
    }

    internal void Add(long files, long bytes)
    {
        Interlocked.Add(ref _files, files);
        Interlocked.Add(ref _bytes, bytes);
    }
}
