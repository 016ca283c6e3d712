using System.Runtime.InteropServices;
using Cairn.Engine.Entries;
using Cairn.Files.Interop;
using Cairn.Files.Selecting;

namespace Cairn.Files.Walking;

/// <summary>
/// Makes entries of names: first looks at all of a batch, then lays names and link targets into one array and the
/// entries over it, so a batch costs a handful of allocations besides its entries.
/// </summary>
sealed unsafe class BatchMaker(FileTreeOptions options, WalkProblems problems) : IDisposable
{
    public const int EntriesMax = 1024;
    public const string SocketMessage = "is a socket, which only lives with its program: not stored";

    readonly Statx* _stats = (Statx*)NativeMemory.Alloc(EntriesMax, (nuint)sizeof(Statx));
    readonly Seen[] _seen = new Seen[EntriesMax];
    readonly byte[] _target = new byte[Libc.LinkTargetMax];
    readonly PathBuilder _paths = new();
    readonly WalkCandidate _candidate = new();
    readonly AccountNames _accounts = new();
    readonly HardLinkGroups _groups = new();
    readonly LinkFollower? _links = options.FollowsLinks ? new(options, problems) : null;
    byte[] _targets = new byte[Libc.LinkTargetMax];
    int _targetsUsed;

    /// <summary>
    /// Entries for a stretch of the names, without extended attributes; directories to be entered go to the frame's
    /// children.
    /// </summary>
    /// <param name="followed">
    /// Places of entries that stand for what is behind a link, which was named or is followed.
    /// </param>
    public Entry[] Make(
        WalkFrame frame, FileDescriptor directory, NameList names, int start, int count, out List<int> followed)
    {
        followed = [];
        _targetsUsed = 0;
        var nameBytes = 0;
        var kept = 0;
        for (var i = start; i < start + count; i++)
        {
            var seen = new Seen { Name = i, Node = frame.Place.Node?.Find(names.Name(i)) };
            if (!Look(frame, directory, names, ref seen, _stats + kept))
                continue;
            _seen[kept++] = seen;
            nameBytes += names.Name(i).Length;
        }
        if (kept == 0)
            return [];
        var entries = new Entry[kept];
        var bytes = new byte[nameBytes + _targetsUsed];
        var used = 0;
        for (var i = 0; i < kept; i++)
        {
            ref readonly var seen = ref _seen[i];
            var name = Lay(names.Name(seen.Name), bytes, ref used);
            var target = Lay(_targets.AsSpan(seen.TargetStart, seen.TargetLength), bytes, ref used);
            entries[i] = MakeEntry(_stats[i], seen, name, target);
            if (seen.Node is not null || seen.IsFollowed)
                followed.Add(i);
            if (seen.Enters)
                frame.Children.Add(new(
                    name, _stats[i].Inode, _stats[i].Device, seen.Node, seen.IsAncestor, seen.IsFollowed));
        }
        return entries;
    }

    bool Look(WalkFrame frame, FileDescriptor directory, NameList names, ref Seen seen, Statx* stat)
    {
        var name = names.Pointer(seen.Name);
        long error = Libc.StatAt(directory.Number, name, Libc.AtNoFollow, Libc.StatxWanted, stat);
        if (error >= 0 && seen.Node is not null)
            error = LookAtNamed(frame, directory, name, ref seen, stat);
        else if (error >= 0 && _links is not null && stat->Type == Statx.TypeSymlink)
            seen.IsFollowed = _links.TryFollow(frame, directory, name, stat);
        if (error >= 0 && stat->Type == Statx.TypeSymlink)
            error = ReadTarget(directory, name, ref seen);
        if (error < 0)
        {
            problems.Failed(frame.Path, names.Name(seen.Name), "cannot be examined", error);
            return false;
        }
        if (stat->Kind is null)
        {
            problems.Note(frame.Path, names.Name(seen.Name), SocketMessage);
            return false;
        }
        if (stat->IsDirectory && _links?.IsClosed(*stat) == true)
        {
            problems.Note(frame.Path, names.Name(seen.Name), "is a folder of Cairn's own: left out");
            return false;
        }
        if (stat->IsDirectory)
            seen.Enters = CanEnter(frame, directory, names, ref seen, stat);
        return true;
    }

    // A link that somebody named, or that leads to what he named, stands for what is behind it.
    long LookAtNamed(WalkFrame frame, FileDescriptor directory, byte* name, ref Seen seen, Statx* stat)
    {
        var node = seen.Node!;
        var isLink = stat->Type == Statx.TypeSymlink;
        seen.IsAncestor = !node.IsSource
            && (isLink || frame.Place.IsAncestor || IsExcluded(frame, directory, node, name));
        return isLink ? Libc.StatAt(directory.Number, name, 0, Libc.StatxWanted, stat) : 0;
    }

    bool IsExcluded(WalkFrame frame, FileDescriptor directory, SourceNode node, byte* name) =>
        options.Selection?.Decide(
            _paths.Absolute(frame.Path, node.Name), EntryKind.Directory, _candidate.At(directory, name))
        == Verdict.Exclude;

    long ReadTarget(FileDescriptor directory, byte* name, ref Seen seen)
    {
        var length = Libc.ReadLinkAt(directory.Number, name, _target);
        if (length is < 0 or Libc.LinkTargetMax)
            return length < 0 ? length : -Errno.NameTooLong;
        if (_targets.Length - _targetsUsed < length)
            Array.Resize(ref _targets, _targets.Length * 2);
        _target.AsSpan(0, (int)length).CopyTo(_targets.AsSpan(_targetsUsed));
        (seen.TargetStart, seen.TargetLength) = (_targetsUsed, (int)length);
        _targetsUsed += (int)length;
        return 0;
    }

    // Asked before the entry goes out, because its mark can still be set here, but not when opening it fails later.
    bool CanEnter(WalkFrame frame, FileDescriptor directory, NameList names, ref Seen seen, Statx* stat)
    {
        if (seen.Node is not null)
            return true;
        if (options.OneFileSystem && stat->Device != frame.SourceDevice)
            return false;
        var error = Libc.CheckDirectoryAccess(directory.Number, names.Pointer(seen.Name));
        if (error != -Errno.AccessDenied)
            return true;
        problems.Error(frame.Path, names.Name(seen.Name), $"cannot be listed: {Errno.Describe(error)}");
        seen.IsIncomplete = true;
        return false;
    }

    static ReadOnlyMemory<byte> Lay(ReadOnlySpan<byte> text, byte[] bytes, ref int used)
    {
        if (text.IsEmpty)
            return default;
        text.CopyTo(bytes.AsSpan(used));
        used += text.Length;
        return bytes.AsMemory(used - text.Length, text.Length);
    }

    Entry MakeEntry(in Statx stat, in Seen seen, ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> target) => new()
    {
        Name = name,
        Kind = stat.Kind!.Value,
        Mode = stat.Mode,
        Owner = _accounts.OwnerOf(stat.UserId, stat.GroupId),
        Modified = stat.Modified,
        Born = stat.Born,
        Size = stat.IsFile ? stat.Size : 0,
        LinkTarget = target,
        DeviceMajor = stat.IsDevice ? stat.SpecialMajor : 0,
        DeviceMinor = stat.IsDevice ? stat.SpecialMinor : 0,
        HardLinkGroup = _groups.Of(stat),
        InodeFlags = stat.InodeFlags,
        Marks = (seen.IsIncomplete ? EntryMarks.Incomplete : 0) | (seen.IsAncestor ? EntryMarks.Ancestor : 0),
        Stamp = new FileStamp(stat.Changed, stat.Inode, stat.Device),
    };

    public void Dispose() => NativeMemory.Free(_stats);

    struct Seen
    {
        public int Name;
        public SourceNode? Node;
        public int TargetStart, TargetLength;
        public bool IsAncestor, IsIncomplete, IsFollowed, Enters;
    }
}
