using System.Runtime.InteropServices;

namespace Cairn.Files.Interop;

/// <summary>
/// Extended attributes of what a name in an open directory stands for. Kernels since 6.13 have calls for that; on
/// others the descriptor is named through /proc.
/// </summary>
static unsafe partial class Libc
{
    /// <summary>More than the kernel gives out: names of one file together, or one value.</summary>
    public const int AttributesMax = 64 << 10;

    const string ProcPrefix = "/proc/self/fd/";
    static readonly bool HasAttributeCalls = ProbeAttributeCalls();

    /// <summary>For tests: what older kernels need, which have to work on newer ones too.</summary>
    internal static bool AvoidsAttributeCalls { get; set; }

    static bool UsesAttributeCalls => HasAttributeCalls && !AvoidsAttributeCalls;

    /// <summary>Names, each with its NUL, into the buffer; how many bytes.</summary>
    public static long ListAttributesAt(int directory, byte* name, int flags, byte* list)
    {
        if (UsesAttributeCalls)
        {
            return Result((long)SystemCall(
                SystemCallNumbers.ListAttributesAt, directory, (nint)name, flags, (nint)list, AttributesMax));
        }
        var path = stackalloc byte[ProcPathMax];
        var error = ProcPath(directory, name, path);
        if (error < 0)
            return error;
        return Result((flags & AtNoFollow) != 0
            ? (long)llistxattr(path, list, AttributesMax)
            : listxattr(path, list, AttributesMax));
    }

    public static long GetAttributeAt(int directory, byte* name, int flags, byte* attribute, byte* value)
    {
        if (UsesAttributeCalls)
        {
            var arguments = new AttributeArguments { Value = (ulong)value, Size = AttributesMax };
            return Result((long)SystemCall(
                SystemCallNumbers.GetAttributeAt, directory, (nint)name, flags, (nint)attribute, (nint)(&arguments),
                sizeof(AttributeArguments)));
        }
        var path = stackalloc byte[ProcPathMax];
        var error = ProcPath(directory, name, path);
        if (error < 0)
            return error;
        return Result((flags & AtNoFollow) != 0
            ? (long)lgetxattr(path, attribute, value, AttributesMax)
            : getxattr(path, attribute, value, AttributesMax));
    }

    /// <summary>Not through a link.</summary>
    public static long SetAttributeAt(int directory, byte* name, byte* attribute, ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value)
        {
            if (UsesAttributeCalls)
            {
                var arguments = new AttributeArguments { Value = (ulong)start, Size = (uint)value.Length };
                return Result((long)SystemCall(
                    SystemCallNumbers.SetAttributeAt, directory, (nint)name, AtNoFollow, (nint)attribute,
                    (nint)(&arguments), sizeof(AttributeArguments)));
            }
            var path = stackalloc byte[ProcPathMax];
            var error = ProcPath(directory, name, path);
            return error < 0 ? error : Result(lsetxattr(path, attribute, start, (nuint)value.Length, 0));
        }
    }

    public static long ListAttributes(int descriptor, byte* list) =>
        Result((long)flistxattr(descriptor, list, AttributesMax));

    public static long SetAttribute(int descriptor, byte* attribute, ReadOnlySpan<byte> value)
    {
        fixed (byte* start = value)
            return Result(fsetxattr(descriptor, attribute, start, (nuint)value.Length, 0));
    }

    public static long RemoveAttribute(int descriptor, byte* attribute) =>
        Result(fremovexattr(descriptor, attribute));

    /// <summary>Whether the directory gives what is made in it an access control list of its own.</summary>
    public static bool HasDefaultAcl(int directory)
    {
        fixed (byte* name = "system.posix_acl_default\0"u8)
            return fgetxattr(directory, name, null, 0) > 0;
    }

    // A sandbox may also refuse calls that it does not know as not permitted, which means something else later on.
    static bool ProbeAttributeCalls()
    {
        fixed (byte* root = "/\0"u8)
        {
            return SystemCall(SystemCallNumbers.ListAttributesAt, CurrentDirectory, (nint)root, 0, 0, 0) >= 0;
        }
    }

    static readonly int ProcPathMax = ProcPrefix.Length + 16 + CName.BufferSize;

    static long ProcPath(int directory, byte* name, byte* path)
    {
        var room = new Span<byte>(path, ProcPathMax);
        if (!System.Text.Unicode.Utf8.TryWrite(room, $"{ProcPrefix}{directory}/", out var used))
            return -Errno.NameTooLong;
        return CName.TryTerminate(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name), room[used..])
            ? 0
            : -Errno.NameTooLong;
    }

    /// <summary>The kernel's <c>struct xattr_args</c>.</summary>
    struct AttributeArguments
    {
        public ulong Value;
        public uint Size;
        public uint Flags;
    }

    [LibraryImport(Library)]
    private static partial nint listxattr(byte* path, byte* list, nuint length);

    [LibraryImport(Library)]
    private static partial nint llistxattr(byte* path, byte* list, nuint length);

    [LibraryImport(Library)]
    private static partial nint flistxattr(int descriptor, byte* list, nuint length);

    [LibraryImport(Library)]
    private static partial nint getxattr(byte* path, byte* attribute, byte* value, nuint length);

    [LibraryImport(Library)]
    private static partial nint lgetxattr(byte* path, byte* attribute, byte* value, nuint length);

    [LibraryImport(Library)]
    private static partial nint fgetxattr(int descriptor, byte* attribute, byte* value, nuint length);

    [LibraryImport(Library)]
    private static partial int lsetxattr(byte* path, byte* attribute, byte* value, nuint length, int flags);

    [LibraryImport(Library)]
    private static partial int fsetxattr(int descriptor, byte* attribute, byte* value, nuint length, int flags);

    [LibraryImport(Library)]
    private static partial int fremovexattr(int descriptor, byte* attribute);
}
