using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>A regular file of the source, known to be the one that was listed.</summary>
sealed unsafe class SourceFile : ISourceFile
{
    readonly FileDescriptor _file;
    readonly long _size;
    readonly FileTime _modified;
    readonly FileTime _changed;
    long _position;

    SourceFile(FileDescriptor file, in Statx stat)
    {
        _file = file;
        _size = stat.Size;
        _modified = stat.Modified;
        _changed = stat.Changed;
        MayHaveHoles = stat.MayHaveHoles;
    }

    public bool MayHaveHoles { get; }

    public static SourceFile Open(FileDescriptor directory, Entry entry, bool followLink)
    {
        var name = stackalloc byte[CName.BufferSize];
        if (!CName.TryTerminate(entry.Name.Span, new Span<byte>(name, CName.BufferSize)))
            throw new SourceReadException("has too long a name", vanished: false);
        // Non-blocking: should it be a fifo by now, nobody may be at its other end.
        var flags = Libc.ReadOnly | Libc.NonBlocking | (followLink ? 0 : Libc.NoFollow);
        var descriptor = Libc.OpenAtQuietly(directory.Number, name, flags);
        if (descriptor == -Errno.TooManyLinks || descriptor == -Errno.NoDeviceAddress)
            throw Replaced();
        if (descriptor < 0)
        {
            throw Errno.IsGone(descriptor)
                ? new SourceReadException("vanished before it could be read", vanished: true)
                : new SourceReadException($"cannot be opened: {Errno.Describe(descriptor)}", vanished: false);
        }
        Statx stat;
        if (Libc.StatDescriptor(descriptor, Libc.StatxForIdentity, &stat) == 0 && stat.IsFile
            && stat.IsSameFileAs(entry.Stamp))
        {
            entry.Size = stat.Size;
            entry.Modified = stat.Modified;
            entry.Stamp = entry.Stamp with { Changed = stat.Changed };
            return new SourceFile(new FileDescriptor(descriptor), stat);
        }
        Libc.Close(descriptor);
        throw Replaced();
    }

    /// <summary>Marks the entry if the lock cannot be had in time.</summary>
    public void Lock(LockPolicy policy, Entry entry)
    {
        entry.Marks &= ~EntryMarks.UnlockedCopy;
        if (!policy.TryShare(_file))
            entry.Marks |= EntryMarks.UnlockedCopy;
    }

    public int Read(Span<byte> destination)
    {
        var result = Libc.Read(_file.Number, destination, _position);
        if (result < 0)
            throw new SourceReadException($"cannot be read: {Errno.Describe(result)}", vanished: false);
        _position += result;
        return (int)result;
    }

    public (long Offset, long Length)? NextData(long offset)
    {
        if (offset >= _size)
            return null;
        if (!MayHaveHoles)
            return (offset, _size - offset);
        var data = Libc.FindData(_file.Number, offset);
        if (data == -Errno.NoDeviceAddress)
            return null;
        var hole = data < 0 ? data : Libc.FindHole(_file.Number, data);
        // A file system that cannot tell has only data to show.
        return hole < 0 ? (offset, _size - offset) : (data, hole - data);
    }

    public void Seek(long offset) => _position = offset;

    public bool HasChanged
    {
        get
        {
            Statx stat;
            return Libc.StatDescriptor(_file.Number, Libc.StatxForIdentity, &stat) < 0
                || stat.Size != _size || stat.Modified != _modified || stat.Changed != _changed;
        }
    }

    public void Dispose() => _file.Dispose();

    static SourceReadException Replaced() =>
        new("was replaced by something else before it could be read", vanished: false);
}
