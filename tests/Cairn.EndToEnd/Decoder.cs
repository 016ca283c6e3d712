using System.Diagnostics;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd;

/// <summary>The independent reader of tests/decoder, and other programs.</summary>
static class Decoder
{
    public static string Folder { get; } = Path.Combine(Path.GetDirectoryName(CairnHome.Executable)!, "tests");

    /// <summary>With the recovery key; it must end well.</summary>
    public static string Run(string repository, string recoveryKey, params string[] arguments) =>
        Programs.Run("/usr/bin/python3",
            [Path.Combine(Folder, "decoder", "cairn_decoder.py"), repository, "--recovery-key-file", recoveryKey,
                .. arguments]);

    /// <summary>The file that init makes has a word of explanation around the key.</summary>
    public static string KeyAlone(string recoveryFile, string folder)
    {
        var key = Path.Combine(folder, "key alone");
        File.WriteAllLines(key, File.ReadLines(recoveryFile)
            .Where(line => line.StartsWith("CAIRN-RECOVERY-1-", StringComparison.Ordinal)));
        return key;
    }
}

static class Programs
{
    /// <summary>What it prints, a byte a character; it must end well.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.Latin1,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}\n{output}\n{errors.Result}");
        return output;
    }
}
