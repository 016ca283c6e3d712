using System.Runtime.InteropServices;

namespace Cairn.App.Interop;

/// <summary>Paths that .NET would force into text.</summary>
static unsafe partial class Libc
{
    const string Library = "libc.so.6";
    const int PathMax = 4096;

    [LibraryImport(Library, EntryPoint = "realpath", SetLastError = true)]
    private static partial byte* RealPath(byte* path, byte* resolved);

    [LibraryImport(Library, EntryPoint = "getcwd", SetLastError = true)]
    private static partial byte* GetWorkingFolder(byte* buffer, nuint size);

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

    /// <summary>Null if the current folder was removed.</summary>
    public static byte[]? WorkingFolder()
    {
        var buffer = stackalloc byte[PathMax];
        return GetWorkingFolder(buffer, PathMax) == null
            ? null
            : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer).ToArray();
    }
}
