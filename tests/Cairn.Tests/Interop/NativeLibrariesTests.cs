using Cairn.Engine.Interop;

namespace Cairn.Tests.Interop;

public class NativeLibrariesTests
{
    [Fact]
    public void A_missing_library_is_one_line_that_says_what_to_install()
    {
        var exception = Assert.Throws<MissingLibraryException>(
            () => NativeLibraries.Require("libcairn-has-no-such.so.9", "libnothing9"));
        Assert.Equal(
            "libcairn-has-no-such.so.9 is missing: install the package libnothing9 (apt-get install libnothing9)",
            exception.Message);
        Assert.Equal("libnothing9", exception.Package);
    }

    [Fact]
    public void The_names_are_those_of_the_packages()
    {
        NativeLibraries.Require(NativeLibraries.Sodium, NativeLibraries.SodiumPackage);
        NativeLibraries.Require(NativeLibraries.Zstd, NativeLibraries.ZstdPackage);
        Assert.Equal(("libsodium.so.23", "libsodium23"), (NativeLibraries.Sodium, NativeLibraries.SodiumPackage));
        Assert.Equal(("libzstd.so.1", "libzstd1"), (NativeLibraries.Zstd, NativeLibraries.ZstdPackage));
    }
}
