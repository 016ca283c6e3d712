using System.Runtime.InteropServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Interop;

/// <summary>
/// libsodium. <see cref="EnsureReady"/> comes before any other call: it loads the library and lets it choose the code
/// for this processor. Every function here may be called from any thread.
/// </summary>
static partial class Sodium
{
    static volatile bool _isReady;

    public static void EnsureReady()
    {
        if (_isReady)
            return;
        NativeLibraries.Require(NativeLibraries.Sodium, NativeLibraries.SodiumPackage);
        var outcome = Init(); // 1 if it was initialised before: harmless, so two threads may race to here
        Invariant.That(outcome >= 0);
        _isReady = true;
    }

    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "sodium_init")]
    private static partial int Init();
}
