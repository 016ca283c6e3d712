using System.Runtime.InteropServices;
using Cairn.Engine.Entries;
using Cairn.Files.Interop;
using Cairn.Files.Selecting;

namespace Cairn.Files.Walking;

/// <summary>Lists the selected names of one directory after another, sorted.</summary>
sealed unsafe class DirectoryReader(FileTreeOptions options, WalkProblems problems) : IDisposable
{
    const int BufferSize = 128 << 10;

    readonly byte* _buffer = (byte*)NativeMemory.Alloc(BufferSize);
    readonly PathBuilder _paths = new();
    readonly ISelection? _selection = options.Selection;
    readonly WalkCandidate _candidate = new();
    Lookahead? _lookahead;

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
                if (DirectoryRecord.IsSelfOrParent(name))
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
        if (_selection is not null && !IsSelected(_selection, frame, directory, name, record))
            return false;
        if (!DirectoryRecord.IsSocket(record))
            return true;
        problems.Note(frame.Path, name, BatchMaker.SocketMessage);
        return false;
    }

    bool IsSelected(
        ISelection selection, WalkFrame frame, FileDescriptor directory, ReadOnlySpan<byte> name, byte* record)
    {
        var pointer = record + Libc.DirentNameOffset;
        var verdict = selection.Decide(
            _paths.Absolute(frame.Path, name), DirectoryRecord.KindOf(directory, record, options.FollowsLinks),
            _candidate.At(directory, pointer, options.FollowsLinks));
        if (verdict != Verdict.Scan)
            return verdict == Verdict.Include;
        // Behind a link may be a loop: the walk will see.
        if (options.FollowsLinks && !DirectoryRecord.IsDirectory(record))
            return true;
        _lookahead ??= new Lookahead(selection, options);
        return _lookahead.FindsAnything(directory, frame.Path, pointer, frame.SourceDevice);
    }

    public void Dispose()
    {
        _lookahead?.Dispose();
        NativeMemory.Free(_buffer);
    }
}
