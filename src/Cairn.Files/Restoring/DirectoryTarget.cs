using System.Runtime.InteropServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>
/// A directory that a restore fills. Everything is reached from its descriptor without following a link, so nothing is
/// written outside of it, whatever the names are and whatever somebody plants while the restore runs.
/// </summary>
public sealed unsafe class DirectoryTarget : ITreeTarget
{
    const uint PrivateDirectoryMode = 0x1C0; // rwx------
    const int TemporaryAttempts = 8;

    readonly RestoreTargetOptions _options;
    readonly DirectoryCache _directories;
    readonly MetadataWriter _metadata;
    readonly DeferredFlags _flags;
    readonly TemporaryNames _temporary = new();

    // Directories that were there before, by a rule that leaves what is there as it is.
    readonly HashSet<byte[]> _kept = new(new PathComparer());

    DirectoryTarget(int descriptor, RestoreTargetOptions options)
    {
        _options = options;
        _directories = new DirectoryCache(descriptor);
        _metadata = new MetadataWriter(options);
        _flags = new DeferredFlags(_directories, _metadata);
    }

    /// <summary>
    /// Opens the directory, an absolute path or one below the current directory; those missing are made.
    /// </summary>
    public static DirectoryTarget Open(ReadOnlySpan<byte> path, RestoreTargetOptions options) =>
        new(TargetRoot.Open(path), options);

    bool Replaces => _options.Overwrite > OverwriteRule.Never;

    public IReadOnlyCollection<string> Shortfalls => _metadata.Shortfalls.Lines();

    /// <summary>Whether nothing is in it yet.</summary>
    public bool IsEmpty()
    {
        using var root = _directories.Borrow([]);
        return TargetRoot.IsEmpty(root.Number);
    }

    public void CreateDirectory(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
            return; // the target itself
        var text = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, text);
        var error = Libc.MakeDirectoryAt(parent.Number, text, PrivateDirectoryMode);
        if (error == -Errno.NotPermitted && Replaces && TryUnblockParent(path))
            error = Libc.MakeDirectoryAt(parent.Number, text, PrivateDirectoryMode);
        if (error == -Errno.Exists && Replaces)
            error = OpenUpDirectory(parent.Number, text);
        else if (error == -Errno.Exists && _options.Overwrite == OverwriteRule.Never)
            error = KeepDirectory(parent.Number, text, path);
        if (error < 0)
            throw WriteFailure.At(path, "the directory cannot be created", error);
    }

    public IRestoreFile CreateFile(ReadOnlySpan<byte> path, Entry entry)
    {
        var name = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, name);
        var mode = _metadata.CreationMode(parent.Directory, entry);
        var descriptor = CreateTemporary(parent, name, mode, path);
        var temporary = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        return new RestoreFile(
            descriptor, parent.Directory.Share(), [.. temporary, 0], path.ToArray(), mode, entry, this);
    }

    public void WriteFile(ReadOnlySpan<byte> path, Entry entry, ReadOnlySpan<byte> content)
    {
        var temporary = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, temporary);
        var mode = _metadata.CreationMode(parent.Directory, entry);
        var descriptor = CreateTemporary(parent, temporary, mode, path);
        var error = Libc.WriteAll(descriptor, content);
        if (error == 0)
            error = MoveIntoPlace(descriptor, parent.Directory, temporary, mode, path, entry);
        var closed = Libc.Close(descriptor);
        if (error == 0 && closed < 0 && closed != -Errno.Interrupted)
            error = RemoveHalf(parent, path, closed); // some network file systems tell only now
        if (error == 0)
            return;
        Libc.RemoveFileAt(parent.Number, temporary);
        throw WriteFailure.At(path, "cannot be written", error);
    }

    public void CreateSpecial(ReadOnlySpan<byte> path, Entry entry)
    {
        var name = stackalloc byte[CName.BufferSize];
        var temporary = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, name);
        var error = -Errno.Exists;
        for (var attempt = 0; error == -Errno.Exists && attempt < TemporaryAttempts; attempt++)
        {
            if (_temporary.Make(path, NameOf(path), attempt, temporary))
                continue;
            error = Make(parent.Number, temporary, path, entry);
            if (error == -Errno.Exists && Remove(parent.Number, temporary) == 0)
                error = Make(parent.Number, temporary, path, entry);
            if (error == -Errno.NotPermitted && Replaces && TryUnblockParent(path))
                error = Make(parent.Number, temporary, path, entry);
        }
        if (error < 0)
            throw WriteFailure.At(path, "cannot be created", error);
        var completed = _metadata.CompleteAt(parent.Number, temporary, path, entry);
        var what = completed < 0 ? "owner, mode or time cannot be set" : "cannot be created";
        if (completed >= 0)
            completed = Placement.Move(parent.Number, temporary, name, _options.Overwrite);
        if (completed >= 0)
            return;
        Libc.RemoveFileAt(parent.Number, temporary);
        throw WriteFailure.At(path, what, completed);
    }

    public void CreateHardLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> existingPath)
    {
        var text = stackalloc byte[CName.BufferSize];
        var existingText = stackalloc byte[CName.BufferSize];
        using var existing = Locate(existingPath, existingText);
        using var parent = Locate(path, text);
        var error = Libc.MakeLinkAt(existing.Number, existingText, parent.Number, text);
        // A run that went before had come to the flags already.
        if (error == -Errno.NotPermitted && Replaces
            && (Placement.TryUnblock(existing.Number, existingText) || TryUnblockParent(path)))
            error = Libc.MakeLinkAt(existing.Number, existingText, parent.Number, text);
        if (error == -Errno.Exists && Replaces && !path.SequenceEqual(existingPath)
            && (error = Remove(parent.Number, text)) == 0)
        {
            error = Libc.MakeLinkAt(existing.Number, existingText, parent.Number, text);
        }
        if (error < 0)
            throw WriteFailure.At(path, $"cannot be linked to {PathText.Show(existingPath)}", error);
    }

    public bool Keeps(ReadOnlySpan<byte> path, Entry entry)
    {
        if (_options.Overwrite is not (OverwriteRule.Never or OverwriteRule.IfNewer))
            return false;
        var text = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, text);
        Statx stat;
        if (Libc.StatAt(parent.Number, text, Libc.AtNoFollow, Libc.StatxForIdentity, &stat) < 0)
            return false;
        return _options.Overwrite == OverwriteRule.Never || stat.Modified.CompareTo(entry.Modified) >= 0;
    }

    public void Complete() => _flags.SetAll();

    public void FinishDirectory(ReadOnlySpan<byte> path, Entry entry)
    {
        if (!path.IsEmpty)
            TargetPath.Check(path);
        if (IsKept(path))
            return;
        using var directory = _directories.Borrow(path);
        var error = _metadata.CompleteDirectory(directory.Number, path, entry);
        if (error < 0)
            throw WriteFailure.At(
                path.IsEmpty ? "."u8 : path, "owner, mode or time of the directory cannot be set", error);
    }

    public bool IsAlreadyRestored(ReadOnlySpan<byte> path, Entry entry)
    {
        _temporary.Keep(path, entry.Name.Span);
        // Into what was empty: not worth a look for each of a million files. Whatever is there now is in the way.
        if (_options.Overwrite == OverwriteRule.Refuse)
            return false;
        var text = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, text);
        Statx stat;
        if (_options.Overwrite == OverwriteRule.Always
            || Libc.StatAt(parent.Number, text, Libc.AtNoFollow, Libc.StatxForIdentity, &stat) < 0)
            return false;
        var kind = entry.Kind == EntryKind.Stream ? EntryKind.File : entry.Kind;
        if (stat.Kind != kind || stat.Modified != entry.Modified || !_metadata.HasOwner(stat, entry)
            || ((stat.InodeFlags ^ entry.InodeFlags) & stat.InodeFlagsKnown) != 0
            || !AttributeWriter.Matches(parent.Number, text, entry))
            return false;
        return kind switch
        {
            EntryKind.Symlink => HasTarget(parent.Number, text, entry),
            EntryKind.File => stat.Size == entry.Size && stat.Mode == entry.Mode,
            EntryKind.CharacterDevice or EntryKind.BlockDevice => stat.Mode == entry.Mode
                && stat.SpecialMajor == entry.DeviceMajor && stat.SpecialMinor == entry.DeviceMinor,
            _ => stat.Mode == entry.Mode,
        };
    }

    public IReadOnlyList<TargetChild> List(ReadOnlySpan<byte> path)
    {
        if (!path.IsEmpty)
            TargetPath.Check(path);
        if (!IsDirectory(path))
            return [];
        using var directory = _directories.Borrow(path);
        return TargetTree.List(directory.Number, path);
    }

    public void Remove(ReadOnlySpan<byte> path)
    {
        var text = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, text);
        var error = TargetTree.Remove(parent.Number, text, path);
        if (error < 0)
            throw WriteFailure.At(path, "cannot be deleted", error);
    }

    public void Dispose() => _directories.Dispose();

    /// <summary>
    /// Completes a file that has a temporary name, and gives it its own: until then nobody takes it for whole. 0, or an
    /// error.
    /// </summary>
    internal long MoveIntoPlace(
        int file, TargetDirectory directory, byte* temporary, uint createdMode, ReadOnlySpan<byte> path, Entry entry)
    {
        var text = stackalloc byte[CName.BufferSize];
        var error = _metadata.Complete(file, directory, createdMode, path, entry);
        if (error < 0)
            return error;
        var hasRoom = CName.TryTerminate(NameOf(path), new Span<byte>(text, CName.BufferSize));
        error = hasRoom ? Placement.Move(directory.Number, temporary, text, _options.Overwrite) : -Errno.NameTooLong;
        if (error < 0 || entry.InodeFlags == 0)
            return error;
        if (entry.HardLinkGroup != 0)
            _flags.Add(path, entry);
        else
            _metadata.Attributes.SetFlags(file, path, entry.InodeFlags);
        return 0;
    }

    /// <summary>The directory the path lies in, open, and the name in it as the kernel wants it.</summary>
    DirectoryLease Locate(ReadOnlySpan<byte> path, byte* text)
    {
        var parent = TargetPath.Split(path, out var name);
        if (!CName.TryTerminate(name, new Span<byte>(text, CName.BufferSize)))
            throw WriteFailure.At(path, "cannot be created", -Errno.NameTooLong);
        return _directories.Borrow(parent);
    }

    /// <param name="text">Has the name, gets the temporary one.</param>
    int CreateTemporary(DirectoryLease parent, byte* text, uint mode, ReadOnlySpan<byte> path)
    {
        const int flags = Libc.WriteOnly | Libc.Create | Libc.Exclusive;
        var result = -Errno.Exists;
        for (var attempt = 0; result == -Errno.Exists && attempt < TemporaryAttempts; attempt++)
        {
            if (_temporary.Make(path, NameOf(path), attempt, text))
                continue;
            result = Libc.OpenAt(parent.Number, text, flags | Libc.NoFollow, mode);
            // What a restore that was killed has left.
            if (result == -Errno.Exists && Remove(parent.Number, text) == 0)
                result = Libc.OpenAt(parent.Number, text, flags | Libc.NoFollow, mode);
            if (result == -Errno.NotPermitted && Replaces && TryUnblockParent(path))
                result = Libc.OpenAt(parent.Number, text, flags | Libc.NoFollow, mode);
            if (result >= 0)
                return result;
        }
        throw WriteFailure.At(path, "cannot be created", result);
    }

    // Not made whole, though it got its name.
    static long RemoveHalf(DirectoryLease parent, ReadOnlySpan<byte> path, long error)
    {
        var text = stackalloc byte[CName.BufferSize];
        if (CName.TryTerminate(NameOf(path), new Span<byte>(text, CName.BufferSize)))
            Libc.RemoveFileAt(parent.Number, text);
        return error;
    }

    static int Remove(int directory, byte* name)
    {
        var error = Libc.RemoveFileAt(directory, name);
        return error == -Errno.NotPermitted && Placement.TryUnblock(directory, name)
            ? Libc.RemoveFileAt(directory, name)
            : error;
    }

    /// <summary>The directory the path lies in was finished by an earlier run, and is immutable since.</summary>
    bool TryUnblockParent(ReadOnlySpan<byte> path)
    {
        var directory = TargetPath.Split(path, out _);
        if (directory.IsEmpty)
            return false; // the target itself is the user's
        var text = stackalloc byte[CName.BufferSize];
        using var parent = Locate(directory, text);
        return Placement.TryUnblock(parent.Number, text);
    }

    // Nor is there one if something on the way is none.
    bool IsDirectory(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
            return true;
        var text = stackalloc byte[CName.BufferSize];
        var above = TargetPath.Split(path, out _);
        if (!IsDirectory(above))
            return false;
        using var parent = Locate(path, text);
        Statx stat;
        return Libc.StatAt(parent.Number, text, Libc.AtNoFollow, Libc.StatxForIdentity, &stat) == 0
            && stat.IsDirectory;
    }

    static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];

    int KeepDirectory(int parent, byte* text, ReadOnlySpan<byte> path)
    {
        Statx stat;
        var error = Libc.StatAt(parent, text, Libc.AtNoFollow, Libc.StatxForIdentity, &stat);
        if (error < 0 || !stat.IsDirectory)
            return error < 0 ? error : -Errno.Exists;
        lock (_kept)
            _kept.Add(path.ToArray());
        return 0;
    }

    // Each directory is finished once, so none stays on the list for longer than it is under way.
    bool IsKept(ReadOnlySpan<byte> path)
    {
        if (_options.Overwrite != OverwriteRule.Never)
            return false;
        lock (_kept)
            return _kept.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(path);
    }

    // One that an earlier restore had finished may forbid its own owner to write in it.
    static int OpenUpDirectory(int parent, byte* text)
    {
        Statx stat;
        var error = Libc.StatAt(parent, text, Libc.AtNoFollow, Libc.StatxForIdentity, &stat);
        if (error < 0)
            return error;
        if (!stat.IsDirectory)
        {
            error = Remove(parent, text);
            return error < 0 ? error : Libc.MakeDirectoryAt(parent, text, PrivateDirectoryMode);
        }
        Placement.TryUnblock(parent, text);
        return (stat.Mode & PrivateDirectoryMode) == PrivateDirectoryMode
            ? 0
            : Libc.SetModeAt(parent, text, stat.Mode | PrivateDirectoryMode);
    }

    static int Make(int parent, byte* text, ReadOnlySpan<byte> path, Entry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.Symlink:
                if (entry.LinkTarget.IsEmpty || entry.LinkTarget.Span.Contains((byte)0))
                    throw WriteFailure.At(path, "the link's target is no path", -Errno.Invalid);
                var target = new byte[entry.LinkTarget.Length + 1];
                entry.LinkTarget.CopyTo(target);
                fixed (byte* start = target)
                    return Libc.MakeSymlinkAt(start, parent, text);
            case EntryKind.Fifo:
                return Libc.MakeNodeAt(parent, text, Statx.TypeFifo | MetadataWriter.PrivateMode, 0, 0);
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                var type = entry.Kind == EntryKind.BlockDevice ? Statx.TypeBlockDevice : Statx.TypeCharacterDevice;
                return Libc.MakeNodeAt(
                    parent, text, (uint)type | MetadataWriter.PrivateMode, entry.DeviceMajor, entry.DeviceMinor);
            default:
                throw new ArgumentException($"A {entry.Kind} is not made by this call.", nameof(entry));
        }
    }

    static bool HasTarget(int parent, byte* text, Entry entry)
    {
        Span<byte> target = stackalloc byte[Libc.LinkTargetMax];
        var length = Libc.ReadLinkAt(parent, text, target);
        return length >= 0 && target[..(int)length].SequenceEqual(entry.LinkTarget.Span);
    }
}
