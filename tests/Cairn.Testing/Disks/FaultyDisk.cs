using Cairn.Storage.Disks;

namespace Cairn.Testing.Disks;

/// <param name="Ordinal">From 1, over all calls of the disk.</param>
/// <param name="Name">Of the member of <see cref="IDiskOperations"/> or <see cref="IDiskFile"/>.</param>
/// <param name="Path">What it was about; for a rename or link the new name.</param>
public sealed record DiskCall(int Ordinal, string Name, string Path);

/// <summary>
/// A disk whose calls fail where the rule says (an error number, or null to go on), and that logs them in order.
/// A failing write has written the first part before it fails.
/// </summary>
public sealed class FaultyDisk(IDiskOperations inner, Func<DiskCall, Errno?> rule) : IDiskOperations
{
    readonly Lock _lock = new();
    readonly List<DiskCall> _calls = [];

    public IReadOnlyList<DiskCall> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    public IDiskFile CreateNew(string path)
    {
        Enter(nameof(CreateNew), path);
        return new FaultyFile(this, inner.CreateNew(path), path);
    }

    public IDiskFile OpenRead(string path)
    {
        Enter(nameof(OpenRead), path);
        return new FaultyFile(this, inner.OpenRead(path), path);
    }

    public void MakeDirectory(string path)
    {
        Enter(nameof(MakeDirectory), path);
        inner.MakeDirectory(path);
    }

    public void SyncDirectory(string path)
    {
        Enter(nameof(SyncDirectory), path);
        inner.SyncDirectory(path);
    }

    public void RenameWithoutReplacing(string from, string to)
    {
        Enter(nameof(RenameWithoutReplacing), to);
        inner.RenameWithoutReplacing(from, to);
    }

    public void Link(string from, string to)
    {
        Enter(nameof(Link), to);
        inner.Link(from, to);
    }

    public void Unlink(string path)
    {
        Enter(nameof(Unlink), path);
        inner.Unlink(path);
    }

    public DiskFacts? Stat(string path)
    {
        Enter(nameof(Stat), path);
        return inner.Stat(path);
    }

    public void ReadDirectory(string path, Action<DiskName> visit)
    {
        Enter(nameof(ReadDirectory), path);
        inner.ReadDirectory(path, visit);
    }

    void Enter(string name, string path)
    {
        Errno? error;
        DiskCall call;
        lock (_lock)
        {
            call = new DiskCall(_calls.Count + 1, name, path);
            _calls.Add(call);
            error = rule(call);
        }
        if (error is { } code)
            throw new DiskException(code, name, path);
    }

    sealed class FaultyFile(FaultyDisk disk, IDiskFile inner, string path) : IDiskFile
    {
        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts)
        {
            try
            {
                disk.Enter(nameof(Write), path);
            }
            catch (DiskException)
            {
                inner.Write([.. parts.Take(1)]);
                throw;
            }
            inner.Write(parts);
        }

        public void Sync()
        {
            disk.Enter(nameof(Sync), path);
            inner.Sync();
        }

        public int Read(Span<byte> destination, long offset)
        {
            disk.Enter(nameof(Read), path);
            return inner.Read(destination, offset);
        }

        public DiskFacts Stat()
        {
            disk.Enter("StatOpen", path);
            return inner.Stat();
        }

        public void Dispose() => inner.Dispose();
    }
}
