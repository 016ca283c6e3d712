using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>
/// A directory that a restore fills. Everything is reached from its descriptor without following a link, so nothing is
/// written outside of it, whatever the names are and whatever somebody plants while the restore runs.
/// </summary>
public sealed unsafe class DirectoryTarget : IRestoreTarget
{
    const uint PrivateDirectoryMode = 0x1C0; // rwx------

    readonly RestoreTargetOptions _options;
    readonly DirectoryCache _directories;
    readonly MetadataWriter _metadata;

    DirectoryTarget(int descriptor, RestoreTargetOptions options)
    {
        _options = options;
        _directories = new DirectoryCache(descriptor);
        _metadata = new MetadataWriter(options);
    }

    /// <summary>
    /// Opens the directory, an absolute path or one below the current directory; those missing are made.
    /// </summary>
    public static DirectoryTarget Open(ReadOnlySpan<byte> path, RestoreTargetOptions options) =>
        new(TargetRoot.Open(path), options);

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
        if (error == -Errno.Exists && _options.ReplaceExisting)
            error = OpenUpDirectory(parent.Number, text);
        if (error < 0)
            throw WriteFailure.At(path, "the directory cannot be created", error);
    }

    public IRestoreFile CreateFile(ReadOnlySpan<byte> path, Entry entry)
    {
        var text = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, text);
        var mode = _metadata.CreationMode(parent.Directory, entry);
        var descriptor = Create(parent, text, mode, path);
        return new RestoreFile(descriptor, parent.Directory.Share(), path.ToArray(), mode, entry, _metadata);
    }

    public void WriteFile(ReadOnlySpan<byte> path, Entry entry, ReadOnlySpan<byte> content)
    {
        var text = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, text);
        var mode = _metadata.CreationMode(parent.Directory, entry);
        var descriptor = Create(parent, text, mode, path);
        var error = Libc.WriteAll(descriptor, content);
        if (error == 0)
            error = _metadata.Complete(descriptor, parent.Directory, mode, path, entry);
        var closed = Libc.Close(descriptor);
        if (error == 0 && closed < 0 && closed != -Errno.Interrupted)
            error = closed; // some network file systems tell only now
        if (error == 0)
            return;
        Libc.RemoveFileAt(parent.Number, text);
        throw WriteFailure.At(path, "cannot be written", error);
    }

    public void CreateSpecial(ReadOnlySpan<byte> path, Entry entry)
    {
        var text = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, text);
        var error = Make(parent.Number, text, path, entry);
        if (error == -Errno.Exists && _options.ReplaceExisting && (error = Libc.RemoveFileAt(parent.Number, text)) == 0)
            error = Make(parent.Number, text, path, entry);
        if (error < 0)
            throw WriteFailure.At(path, "cannot be created", error);
        var completed = _metadata.CompleteAt(parent.Number, text, path, entry);
        if (completed < 0)
            throw WriteFailure.At(path, "owner, mode or time cannot be set", completed);
    }

    public void CreateHardLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> existingPath)
    {
        var text = stackalloc byte[CName.BufferSize];
        var existingText = stackalloc byte[CName.BufferSize];
        using var existing = Locate(existingPath, existingText);
        using var parent = Locate(path, text);
        var error = Libc.MakeLinkAt(existing.Number, existingText, parent.Number, text);
        if (error == -Errno.Exists && _options.ReplaceExisting && !path.SequenceEqual(existingPath)
            && (error = Libc.RemoveFileAt(parent.Number, text)) == 0)
        {
            error = Libc.MakeLinkAt(existing.Number, existingText, parent.Number, text);
        }
        if (error < 0)
            throw WriteFailure.At(path, $"cannot be linked to {PathText.Show(existingPath)}", error);
    }

    public void FinishDirectory(ReadOnlySpan<byte> path, Entry entry)
    {
        if (!path.IsEmpty)
            TargetPath.Check(path);
        using var directory = _directories.Borrow(path);
        var error = _metadata.CompleteDirectory(directory.Number, path, entry);
        if (error < 0)
            throw WriteFailure.At(
                path.IsEmpty ? "."u8 : path, "owner, mode or time of the directory cannot be set", error);
    }

    public bool IsAlreadyRestored(ReadOnlySpan<byte> path, Entry entry)
    {
        var text = stackalloc byte[CName.BufferSize];
        using var parent = Locate(path, text);
        Statx stat;
        if (Libc.StatAt(parent.Number, text, Libc.AtNoFollow, Libc.StatxForIdentity, &stat) < 0)
            return false;
        var kind = entry.Kind == EntryKind.Stream ? EntryKind.File : entry.Kind;
        if (stat.Kind != kind || stat.Modified != entry.Modified)
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

    public void Dispose() => _directories.Dispose();

    /// <summary>The directory the path lies in, open, and the name in it as the kernel wants it.</summary>
    DirectoryLease Locate(ReadOnlySpan<byte> path, byte* text)
    {
        var parent = TargetPath.Split(path, out var name);
        if (!CName.TryTerminate(name, new Span<byte>(text, CName.BufferSize)))
            throw WriteFailure.At(path, "cannot be created", -Errno.NameTooLong);
        return _directories.Borrow(parent);
    }

    int Create(DirectoryLease parent, byte* text, uint mode, ReadOnlySpan<byte> path)
    {
        const int flags = Libc.WriteOnly | Libc.Create | Libc.Exclusive;
        var result = Libc.OpenAt(parent.Number, text, flags | Libc.NoFollow, mode);
        // Removed rather than cut to nothing: it may be a link, or one of several names of a file elsewhere.
        if (result == -Errno.Exists && _options.ReplaceExisting
            && (result = Libc.RemoveFileAt(parent.Number, text)) == 0)
        {
            result = Libc.OpenAt(parent.Number, text, flags | Libc.NoFollow, mode);
        }
        return result >= 0 ? result : throw WriteFailure.At(path, "cannot be created", result);
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
            error = Libc.RemoveFileAt(parent, text);
            return error < 0 ? error : Libc.MakeDirectoryAt(parent, text, PrivateDirectoryMode);
        }
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
