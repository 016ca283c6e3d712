using System.Diagnostics;
using Cairn.Testing;

namespace Cairn.EndToEnd.Servers;

/// <summary>Runs the scripts in tests/servers, and says what it means if a server cannot be had.</summary>
static class ServerScript
{
    /// <summary>What the script printed; throws with its complaints if it failed.</summary>
    public static async Task<string> RunAsync(string script, params string[] arguments)
    {
        // Into files: the servers inherit what the script has open, and never close it.
        using var folder = new TemporaryFolder();
        var (output, errors) = (Path.Combine(folder.Path, "out"), Path.Combine(folder.Path, "err"));
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", [
            "-c", "\"$0\" \"${@:3}\" > \"$1\" 2> \"$2\" < /dev/null", Path.Combine(Root, "tests", "servers", script),
            output, errors, .. arguments]))!;
        await Task.Run(() => Patience.AwaitExit(process, script));
        return process.ExitCode == 0
            ? (await File.ReadAllTextAsync(output)).Trim()
            : throw new InvalidOperationException($"{script}: {await File.ReadAllTextAsync(errors)}");
    }

    /// <summary>On somebody's own machine a missing server is no failure; where it counts, it is.</summary>
    public static void SkipUnlessRequired(string server, string why)
    {
        if (Environment.GetEnvironmentVariable("CI") is "true" or "1")
            Assert.Fail($"{server} is required in CI and could not be started: {why}");
        Assert.Skip($"{server} could not be started: {why}");
    }

    public static string Root { get; } = Path.GetDirectoryName(Campaigns.CairnHome.Executable)!;
}
