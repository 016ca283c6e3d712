using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.App.Interop;

/// <summary>Paths that .NET would force into text.</summary>
static unsafe partial class Libc
{
    const string Library = "libc.so.6";
    const int PathMax = 4096;

    [LibraryImport(Library, EntryPoint = "realpath", SetLastError = true)]
    private static partial byte* RealPath(byte* path, byte* resolved);

    [LibraryImport(Library, EntryPoint = "faccessat", SetLastError = true)]
    private static partial int CheckAccess(int directory, byte* path, int mode, int flags);

    [LibraryImport(Library, EntryPoint = "getcwd", SetLastError = true)]
    private static partial byte* GetWorkingFolder(byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* bytes, nuint length);

    /// <summary>
    /// Made if it is not there, for its owner only. .NET's appending only goes to the end once, when opening: two
    /// processes would then overwrite each other.
    /// </summary>
    public static SafeFileHandle OpenForAppending(string path)
    {
        const int WriteOnly = 1, Create = 0x40, Append = 0x400, CloseOnExec = 0x80000;
        const uint OwnerOnly = 0x180;
        var descriptor = Open(path, WriteOnly | Create | Append | CloseOnExec, OwnerOnly);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>In one call, so that nothing of another process comes between. False if not all was written.</summary>
    public static bool TryWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
            return Write((int)file.DangerousGetHandle(), pointer, (nuint)bytes.Length) == bytes.Length;
    }

    [LibraryImport(Library, EntryPoint = "rmdir")]
    private static partial int RemoveFolder(byte* path);

    /// <summary>Leaves one alone that is not empty, or not there.</summary>
    public static void RemoveEmptyFolder(ReadOnlySpan<byte> path)
    {
        fixed (byte* text = (byte[])[.. path, 0])
            _ = RemoveFolder(text);
    }

    /// <summary>The path without symlinks, or null if it is not there.</summary>
    public static byte[]? Resolve(ReadOnlySpan<byte> path)
    {
        if (path.Length >= PathMax || path.Contains((byte)0))
            return null;
        var text = stackalloc byte[PathMax];
        var resolved = stackalloc byte[PathMax];
        path.CopyTo(new Span<byte>(text, PathMax));
        text[path.Length] = 0;
        return RealPath(text, resolved) == null
            ? null
            : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved).ToArray();
    }

    /// <summary>Whether anything is there, be it a link that leads nowhere. What cannot be told is taken for
    /// there.</summary>
    public static bool Exists(ReadOnlySpan<byte> path)
    {
        const int CurrentDirectory = -100, NoFollow = 0x100, NoEntry = 2, NotDirectory = 20;
        if (path.Length >= PathMax)
            return true;
        var text = stackalloc byte[PathMax];
        path.CopyTo(new Span<byte>(text, PathMax));
        text[path.Length] = 0;
        return CheckAccess(CurrentDirectory, text, 0, NoFollow) == 0
            || Marshal.GetLastPInvokeError() is not (NoEntry or NotDirectory);
    }

    /// <summary>Null if the current folder was removed.</summary>
    public static byte[]? WorkingFolder()
    {
        var buffer = stackalloc byte[PathMax];
        return GetWorkingFolder(buffer, PathMax) == null
            ? null
            : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer).ToArray();
    }
}
