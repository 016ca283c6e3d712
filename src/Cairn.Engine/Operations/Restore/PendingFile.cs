using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Restore;

/// <summary>
/// A file between plan and completion. Its blobs come from any worker in any order; whoever brings the last one
/// completes it, or removes it if anything of it failed (INV-3): until then nobody closes it, so no writer loses it.
/// </summary>
sealed class PendingFile(ReadOnlyMemory<byte> directory, Entry entry)
{
    // The planner holds one until it knows all pieces.
    int _unfinished = 1;
    IRestoreFile? _open;
    string? _failure;
    bool _isDamage;

    public Entry Entry => entry;

    /// <summary>One blob is all of it: then it is written in one call.</summary>
    public bool IsOnePiece { get; set; }

    /// <summary>Other names of it that are linked once it is there.</summary>
    public LinkSource? Link { get; init; }

    public bool HasFailed => Volatile.Read(ref _failure) is not null;

    public byte[] ToPath() => ManifestPath.Join(directory, entry.Name).ToArray();

    /// <summary>The path in room that the caller lends and that grows as needed.</summary>
    public ReadOnlySpan<byte> PathIn(ref byte[] room)
    {
        var length = directory.Length + 1 + entry.Name.Length;
        if (room.Length < length)
            room = new byte[Math.Max(length, room.Length * 2)];
        if (directory.IsEmpty)
        {
            entry.Name.Span.CopyTo(room);
            return room.AsSpan(0, entry.Name.Length);
        }
        directory.Span.CopyTo(room);
        room[directory.Length] = (byte)'/';
        entry.Name.Span.CopyTo(room.AsSpan(directory.Length + 1));
        return room.AsSpan(0, length);
    }

    public void AddPiece() => Interlocked.Increment(ref _unfinished);

    /// <summary>True for the one call after which nothing is outstanding: that caller completes or removes the
    /// file.</summary>
    public bool FinishPiece() => Interlocked.Decrement(ref _unfinished) == 0;

    public void Fail(string message, bool isDamage)
    {
        lock (this)
        {
            if (_failure is not null)
                return;
            _isDamage = isDamage;
            Volatile.Write(ref _failure, message);
        }
    }

    public IRestoreFile Open(IRestoreTarget target, ReadOnlySpan<byte> path)
    {
        if (Volatile.Read(ref _open) is { } open)
            return open;
        lock (this)
        {
            if (_open is null)
                Volatile.Write(ref _open, target.CreateFile(path, entry));
            return _open!;
        }
    }

    /// <summary>After the last piece: whole under its name, or not there at all.</summary>
    public void Complete(RestoreMonitor monitor)
    {
        try
        {
            if (!HasFailed)
                _open?.Complete();
        }
        catch (RestoreWriteException e) when (!e.IsFatal)
        {
            Fail(e.Message, isDamage: false);
        }
        finally
        {
            Abandon();
        }
        if (HasFailed)
        {
            Link?.Fail(_isDamage);
            monitor.Fail(ToPath(), _failure!, _isDamage);
            return;
        }
        monitor.AddFile();
    }

    /// <summary>Closes it; if it is not complete, it is removed.</summary>
    public void Abandon()
    {
        _open?.Dispose();
        _open = null;
    }
}

/// <summary>The first restored name of a hard-linked file.</summary>
sealed class LinkSource(byte[] path)
{
    public byte[] Path => path;

    /// <summary>Null unless it could not be restored; then whether damage is the reason.</summary>
    public bool? IsLostByDamage { get; private set; }

    /// <summary>Whoever links comes after all that may fail.</summary>
    public void Fail(bool isDamage) => IsLostByDamage = isDamage;
}
