using Cairn.Testing;

namespace Cairn.EndToEnd;

/// <summary>What eng/package makes works on a machine that has nothing: neither .NET nor Cairn's source.</summary>
public sealed class PackageTests
{
    [Fact]
    public void The_package_installs_and_works_in_a_fresh_minimal_system()
    {
        if (Environment.UserName != "root" && Environment.GetEnvironmentVariable("CI") is null)
            Assert.Skip("making a system in a folder takes root");
        using var folder = new TemporaryFolder();
        // With the usual home, where the build finds what it restored before.
        var home = Environment.GetEnvironmentVariable("HOME") ?? folder.Path;
        var (built, buildStatus) = Shell.Run($"{Shell.Root}/eng/package/build packages", folder.Path, home);
        Assert.True(buildStatus == 0, built);
        var package = built.Split('\n').Single(line => line.EndsWith(".deb", StringComparison.Ordinal));

        var (output, status) = Shell.Run(
            $"{Shell.Root}/tests/package/try-in-chroot {package} system", folder.Path, folder.Path);
        Assert.True(status == 0, output);
        Assert.Contains("no damage was found", output, StringComparison.Ordinal);
    }
}
