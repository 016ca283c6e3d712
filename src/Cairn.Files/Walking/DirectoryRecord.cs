using Cairn.Engine.Entries;
using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>What the kernel says of a name when it lists a directory.</summary>
static unsafe class DirectoryRecord
{
    // Values of d_type; "unknown" is legal for every file system.
    const byte TypeUnknown = 0, TypeFifo = 1, TypeCharacterDevice = 2, TypeDirectory = 4, TypeBlockDevice = 6,
        TypeFile = 8, TypeSymlink = 10, TypeSocket = 12;

    public static bool IsSelfOrParent(ReadOnlySpan<byte> name) =>
        name[0] == '.' && (name.Length == 1 || name.Length == 2 && name[1] == '.');

    public static bool IsSocket(byte* record) => record[Libc.DirentTypeOffset] == TypeSocket;

    // A socket has no kind, as it is never stored; to a selection it is like a fifo.
    /// <param name="followsLinks">Whether a link is what it leads to, if it leads anywhere.</param>
    public static EntryKind KindOf(FileDescriptor directory, byte* record, bool followsLinks) =>
        followsLinks && record[Libc.DirentTypeOffset] is TypeSymlink or TypeUnknown
            ? KindBehind(directory, record + Libc.DirentNameOffset)
            : KindOf(directory, record);

    public static bool IsDirectory(byte* record) => record[Libc.DirentTypeOffset] == TypeDirectory;

    static EntryKind KindOf(FileDescriptor directory, byte* record) => record[Libc.DirentTypeOffset] switch
    {
        TypeFile => EntryKind.File,
        TypeDirectory => EntryKind.Directory,
        TypeSymlink => EntryKind.Symlink,
        TypeFifo or TypeSocket => EntryKind.Fifo,
        TypeCharacterDevice => EntryKind.CharacterDevice,
        TypeBlockDevice => EntryKind.BlockDevice,
        _ => KindByStat(directory, record + Libc.DirentNameOffset),
    };

    static EntryKind KindBehind(FileDescriptor directory, byte* name)
    {
        Statx stat;
        return Libc.StatAt(directory.Number, name, 0, Libc.StatxForIdentity, &stat) < 0
            ? KindByStat(directory, name)
            : stat.Kind ?? EntryKind.Fifo;
    }

    static EntryKind KindByStat(FileDescriptor directory, byte* name)
    {
        Statx stat;
        return Libc.StatAt(directory.Number, name, Libc.AtNoFollow, Libc.StatxForIdentity, &stat) < 0
            ? EntryKind.File // it is about to be reported by whoever looks at it next
            : stat.Kind ?? EntryKind.Fifo;
    }
}
