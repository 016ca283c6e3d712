using Cairn.Engine.Entries;
using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>
/// Sets owner, mode, attributes and times in the order that keeps them: chown clears set-id bits and capabilities, an
/// access control list says more than the mode, and changes move the time. Inode flags come after, when nothing is
/// renamed or linked any more. Any thread.
/// </summary>
sealed unsafe class MetadataWriter
{
    public const uint PrivateMode = 0x180; // rw-------
    const ushort SetUser = 0x800;
    const ushort SetGroup = 0x400;
    const ushort OrdinaryBits = 0x1FF;
    const string ModeMissing = "the mode could not be set";
    const string TimeMissing = "the modification time could not be set";

    readonly RestoreTargetOptions _options;
    readonly AccountNames _accounts = new();
    readonly uint? _mask = ProcessMask.Read();

    public MetadataWriter(RestoreTargetOptions options)
    {
        _options = options;
        Attributes = new AttributeWriter(Shortfalls);
    }

    public ShortfallList Shortfalls { get; } = new();

    public AttributeWriter Attributes { get; }

    /// <summary>
    /// The mode to create a file with. Its own, if it comes out as meant and nothing is to be changed later; until
    /// then nobody else may read it.
    /// </summary>
    public uint CreationMode(TargetDirectory directory, Entry entry)
    {
        var isOrdinary = (entry.Mode & ~OrdinaryBits) == 0;
        var isFinal = isOrdinary && IsExact(directory, entry.Mode)
            && directory.CreatedOwner is { } created && created == Wanted(entry);
        return isFinal ? entry.Mode : PrivateMode;
    }

    /// <summary>Completes a file that was created with that mode. 0, or an error.</summary>
    public long Complete(int file, TargetDirectory directory, uint createdMode, ReadOnlySpan<byte> path, Entry entry)
    {
        if (!directory.HonoursMode)
            Attributes.RemoveOthers(file, entry);
        if (createdMode == PrivateMode)
        {
            var current = directory.CreatedOwner;
            if (current is null)
            {
                Statx stat;
                var looked = Libc.StatDescriptor(file, Libc.StatxForIdentity, &stat);
                if (looked < 0)
                    return looked;
                directory.CreatedOwner = current = new OwnerNumbers(stat.UserId, stat.GroupId);
            }
            var mode = entry.Mode & ~SetOwner(Place.At(file), current, path, entry);
            if (mode != PrivateMode || !IsExact(directory, PrivateMode))
            {
                var changed = Tolerate(Libc.SetMode(file, (uint)mode), ModeMissing, path);
                if (changed < 0)
                    return changed;
            }
        }
        Attributes.Set(Place.At(file), path, entry);
        return Tolerate(Libc.SetModified(file, entry.Modified), TimeMissing, path);
    }

    /// <summary>Completes a directory. 0, or an error.</summary>
    public long CompleteDirectory(int directory, ReadOnlySpan<byte> path, Entry entry)
    {
        Statx stat;
        long error = Libc.StatDescriptor(directory, Libc.StatxForIdentity, &stat);
        if (error < 0)
            return error;
        Attributes.RemoveOthers(directory, entry);
        var dropped = SetOwner(Place.At(directory), new OwnerNumbers(stat.UserId, stat.GroupId), path, entry);
        error = Tolerate(Libc.SetMode(directory, (uint)(entry.Mode & ~dropped)), ModeMissing, path);
        if (error < 0)
            return error;
        Attributes.Set(Place.At(directory), path, entry);
        // An ancestor has no recorded time: it keeps that of its restore.
        if ((entry.Marks & EntryMarks.Ancestor) == 0)
            error = Tolerate(Libc.SetModified(directory, entry.Modified), TimeMissing, path);
        if (error >= 0 && entry.InodeFlags != 0)
            Attributes.SetFlags(directory, path, entry.InodeFlags);
        return error;
    }

    /// <summary>Completes what has no descriptor: a link, fifo or device. 0, or an error.</summary>
    public long CompleteAt(int directory, byte* name, ReadOnlySpan<byte> path, Entry entry)
    {
        Statx stat;
        long error = Libc.StatAt(directory, name, Libc.AtNoFollow, Libc.StatxForIdentity, &stat);
        if (error < 0)
            return error;
        if (stat.Kind != entry.Kind)
            return -Errno.Exists; // somebody put another thing there meanwhile
        var dropped = SetOwner(Place.At(directory, name), new OwnerNumbers(stat.UserId, stat.GroupId), path, entry);
        if (entry.Kind != EntryKind.Symlink) // a link has no mode
            error = Tolerate(Libc.SetModeAt(directory, name, (uint)(entry.Mode & ~dropped)), ModeMissing, path);
        if (error < 0)
            return error;
        Attributes.Set(Place.At(directory, name), path, entry);
        return Tolerate(Libc.SetModifiedAt(directory, name, entry.Modified), TimeMissing, path);
    }

    // FAT and some network file systems cannot keep all of it; the content is worth having all the same.
    long Tolerate(long error, string what, ReadOnlySpan<byte> path)
    {
        if (-error is not (Errno.NotPermitted or Errno.NotSupported or Errno.Invalid))
            return error;
        Shortfalls.Add(what, path);
        return 0;
    }

    bool IsExact(TargetDirectory directory, uint mode) =>
        directory.HonoursMode && _mask is { } mask && (mode & mask) == 0;

    /// <summary>Whether the owner is as it will be set; true where it will not be.</summary>
    public bool HasOwner(in Statx stat, Entry entry) =>
        _options.NoOwner || Libc.EffectiveUser() != 0 || Wanted(entry) == new OwnerNumbers(stat.UserId, stat.GroupId);

    OwnerNumbers Wanted(Entry entry) => _options.NumericOwner
        ? new OwnerNumbers(entry.Owner.UserId, entry.Owner.GroupId)
        : _accounts.NumbersOf(entry.Owner);

    /// <summary>Returns the mode bits that must stay off, because they would now lend somebody else's rights.</summary>
    int SetOwner(Place place, OwnerNumbers current, ReadOnlySpan<byte> path, Entry entry)
    {
        var wanted = Wanted(entry);
        if (_options.NoOwner)
            return DropSetId(entry, path, wanted.User != current.User, wanted.Group != current.Group);
        if (wanted == current || place.SetOwner(wanted.User, wanted.Group) >= 0)
            return 0;
        // An ordinary user may still give a file to another group that he is in.
        var hasGroup = wanted.Group == current.Group || place.SetOwner(Libc.UnchangedId, wanted.Group) >= 0;
        Shortfalls.Add("the owner could not be set", path);
        return DropSetId(entry, path, wanted.User != current.User, !hasGroup);
    }

    int DropSetId(Entry entry, ReadOnlySpan<byte> path, bool user, bool group)
    {
        if (entry.Kind == EntryKind.Directory)
            return 0;
        var dropped = (user ? SetUser : 0) | (group ? SetGroup : 0);
        if ((entry.Mode & dropped) != 0)
            Shortfalls.Add("set-user-id or set-group-id was left off, as the owner is another", path);
        return dropped;
    }
}
