using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Engine.Interop;

static unsafe partial class Sodium
{
    public const int ShortHashKeyBytes = 16;

    // About fifty nanoseconds for 64 bytes, so leaving and entering the garbage collector's mode would cost as much
    // again. Only for short inputs: a collection waits for the call.
    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_shorthash"), SuppressGCTransition]
    public static partial int ShortHashOfFewBytes(ulong* hash, byte* data, ulong length, byte* key);

    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_shorthash")]
    public static partial int ShortHash(ulong* hash, byte* data, ulong length, byte* key);
}
