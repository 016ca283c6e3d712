using System.Runtime.InteropServices;

namespace Cairn.Cli.Interop;

/// <summary>The settings of a terminal, of which only one bit matters here.</summary>
static unsafe partial class Terminal
{
    const string Library = "libc.so.6";
    const int Now = 0;
    const uint Echo = 8;

    /// <summary>Larger than struct termios anywhere.</summary>
    const int SettingsSize = 256;

    // Behind the input, output and control modes.
    const int LocalModesOffset = 12;

    [LibraryImport(Library, EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetSettings(int descriptor, byte* settings);

    [LibraryImport(Library, EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetSettings(int descriptor, int when, byte* settings);

    /// <summary>The settings before, for <see cref="Restore"/>; null if this is no terminal.</summary>
    public static byte[]? TurnEchoOff(int descriptor)
    {
        var settings = new byte[SettingsSize];
        fixed (byte* pointer = settings)
        {
            if (GetSettings(descriptor, pointer) != 0)
                return null;
            var before = settings.ToArray();
            *(uint*)(pointer + LocalModesOffset) &= ~Echo;
            return SetSettings(descriptor, Now, pointer) == 0 ? before : null;
        }
    }

    public static void Restore(int descriptor, byte[] settings)
    {
        fixed (byte* pointer = settings)
            _ = SetSettings(descriptor, Now, pointer);
    }
}
