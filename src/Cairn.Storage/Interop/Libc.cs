namespace Cairn.Storage.Interop;

/// <summary>
/// The C library. Named with its version because plain "libc" is a linker script where compilers are installed.
/// Flags are those that have the same value on every Linux architecture (O_DIRECTORY and O_NOFOLLOW do not).
/// </summary>
static partial class Libc
{
    const string Library = "libc.so.6";

    public const int CurrentDirectory = -100;
}
