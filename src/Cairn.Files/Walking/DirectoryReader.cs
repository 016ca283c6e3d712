using System.Runtime.InteropServices;
using Cairn.Engine.Entries;
using Cairn.Files.Interop;
using Cairn.Files.Selecting;

namespace Cairn.Files.Walking;

/// <summary>Lists the selected names of one directory after another, sorted.</summary>
sealed unsafe class DirectoryReader(ISelection? selection, WalkProblems problems) : IDisposable
{
    const int BufferSize = 128 << 10;

    readonly byte* _buffer = (byte*)NativeMemory.Alloc(BufferSize);
    readonly PathBuilder _paths = new();

    // Values of d_type; "unknown" is legal for every file system.
    const byte TypeFifo = 1, TypeCharacterDevice = 2, TypeDirectory = 4, TypeBlockDevice = 6,
        TypeFile = 8, TypeSymlink = 10, TypeSocket = 12;

    public void List(WalkFrame frame, FileDescriptor directory, NameList names)
    {
        names.Clear();
        // What somebody named need not be listed (automounts are not), so it is added rather than looked for.
        foreach (var node in frame.Place.Node?.Children ?? [])
            names.Add(node.Name);
        if (!frame.Place.IsAncestor)
            ReadAll(frame, directory, names);
        names.Sort();
    }

    void ReadAll(WalkFrame frame, FileDescriptor directory, NameList names)
    {
        while (true)
        {
            var filled = Libc.GetDirectoryRecords(directory.Number, _buffer, BufferSize);
            if (filled < 0)
                problems.Error(frame.Path, [], $"cannot be listed to its end: {Errno.Describe(filled)}");
            if (filled <= 0)
                return;
            var end = _buffer + filled;
            for (var record = _buffer; record < end; record += *(ushort*)(record + Libc.DirentLengthOffset))
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(record + Libc.DirentNameOffset);
                if (name[0] == '.' && (name.Length == 1 || name.Length == 2 && name[1] == '.'))
                    continue;
                if (IsWanted(frame, directory, name, record))
                    names.Add(name);
            }
        }
    }

    bool IsWanted(WalkFrame frame, FileDescriptor directory, ReadOnlySpan<byte> name, byte* record)
    {
        if (frame.Place.Node?.Find(name) is not null)
            return false; // listed already
        var type = record[Libc.DirentTypeOffset];
        if (selection is not null)
        {
            var kind = KindOf(type) ?? KindByStat(directory, record + Libc.DirentNameOffset);
            if (selection.Decide(_paths.Absolute(frame.Path, name), kind) == Verdict.Exclude)
                return false;
        }
        if (type != TypeSocket)
            return true;
        problems.Note(frame.Path, name, BatchMaker.SocketMessage);
        return false;
    }

    // A socket has no kind, as it is never stored; to a selection it is like a fifo.
    static EntryKind? KindOf(byte type) => type switch
    {
        TypeFile => EntryKind.File,
        TypeDirectory => EntryKind.Directory,
        TypeSymlink => EntryKind.Symlink,
        TypeFifo or TypeSocket => EntryKind.Fifo,
        TypeCharacterDevice => EntryKind.CharacterDevice,
        TypeBlockDevice => EntryKind.BlockDevice,
        _ => null,
    };

    static EntryKind KindByStat(FileDescriptor directory, byte* name)
    {
        Statx stat;
        return Libc.StatAt(directory.Number, name, Libc.AtNoFollow, Libc.StatxForIdentity, &stat) < 0
            ? EntryKind.File // it is about to be reported by whoever looks at it next
            : stat.Kind ?? EntryKind.Fifo;
    }

    public void Dispose() => NativeMemory.Free(_buffer);
}
