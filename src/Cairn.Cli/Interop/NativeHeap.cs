using System.Runtime.InteropServices;

namespace Cairn.Cli.Interop;

/// <summary>
/// The C library's heap, told to give memory back. glibc takes ever larger pieces from arenas once such a piece was
/// freed, and arenas hardly shrink; with a threshold of our own, large buffers are mapped and unmapped.
/// </summary>
static partial class NativeHeap
{
    // From glibc's malloc.h.
    const int MmapThreshold = -3;
    const int ThresholdBytes = 1 << 20;

    public static void GiveBackLargeBuffers()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(MmapThreshold, ThresholdBytes);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, with another heap.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
