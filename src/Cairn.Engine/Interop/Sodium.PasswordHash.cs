using System.Runtime.InteropServices;

namespace Cairn.Engine.Interop;

static partial class Sodium
{
    public const int PasswordSaltBytes = 16;
    public const int Argon2Id13 = 2;

    /// <summary>Not zero if the memory could not be had.</summary>
    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_pwhash")]
    public static partial int PasswordHash(
        Span<byte> output,
        ulong outputLength,
        ReadOnlySpan<byte> password,
        ulong passwordLength,
        ReadOnlySpan<byte> salt,
        ulong passes,
        nuint memoryBytes,
        int algorithm);
}
