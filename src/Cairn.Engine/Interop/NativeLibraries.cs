using System.Runtime.InteropServices;

namespace Cairn.Engine.Interop;

/// <summary>The names of all native libraries, and the Debian packages that bring them.</summary>
static class NativeLibraries
{
    public const string Sodium = "libsodium.so.23";
    public const string SodiumPackage = "libsodium23";
    public const string Zstd = "libzstd.so.1";
    public const string ZstdPackage = "libzstd1";

    // Loading here, before the first call, turns the loader's page of text into one line that says what to install.
    // The handle is never freed: the imports resolve to the library that is already in the process.
    public static void Require(string library, string package)
    {
        if (!NativeLibrary.TryLoad(library, typeof(NativeLibraries).Assembly, searchPath: null, out _))
            throw new MissingLibraryException(library, package);
    }
}
