using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>Moves what is whole to its name, in one directory.</summary>
static unsafe class Placement
{
    /// <summary>What keeps a thing from being renamed, linked, changed and removed.</summary>
    public const uint Blocking = Statx.FlagImmutable | Statx.FlagAppendOnly;

    /// <summary>0, or an error: then it is still under its temporary name.</summary>
    public static int Move(int directory, byte* temporary, byte* name, OverwriteRule rule)
    {
        if (rule is OverwriteRule.Refuse or OverwriteRule.Never)
            return Libc.RenameAtIfFree(directory, temporary, name);
        var error = Libc.RenameAt(directory, temporary, name);
        return error == -Errno.NotPermitted && TryUnblock(directory, name)
            ? Libc.RenameAt(directory, temporary, name)
            : error;
    }

    /// <summary>Takes immutable and append-only from what is to be replaced or written into; false if it has
    /// neither.</summary>
    public static bool TryUnblock(int directory, byte* name)
    {
        Statx stat;
        if (Libc.StatAt(directory, name, Libc.AtNoFollow, Libc.StatxForIdentity, &stat) < 0
            || (stat.InodeFlags & Blocking) == 0)
            return false;
        var descriptor = Libc.OpenAt(directory, name, Libc.ReadOnly | Libc.NoFollow | Libc.NonBlocking);
        if (descriptor < 0)
            return false;
        using var file = new FileDescriptor(descriptor);
        return Libc.GetInodeFlags(descriptor, out var flags) == 0
            && Libc.SetInodeFlags(descriptor, flags & ~Blocking) == 0;
    }
}
