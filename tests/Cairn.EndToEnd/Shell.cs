using System.Diagnostics;
using System.Text;
using Cairn.Testing;

namespace Cairn.EndToEnd;

/// <summary>
/// Runs commands as a person at a shell would, with nothing of this machine's Cairn: no variables, a home of its own;
/// <c>cairn</c> is the program that ./cairn runs.
/// </summary>
static class Shell
{
    public static string Root { get; } = FindRoot();

    /// <summary>Both outputs together, as text where they are text, and the status.</summary>
    public static (string Output, int Status) Run(string command, string folder, string home)
    {
        var start = new ProcessStartInfo("/bin/bash")
        {
            RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false,
            WorkingDirectory = folder, StandardOutputEncoding = Encoding.Latin1,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec 2>&1\n{command}");
        foreach (var variable in start.Environment.Keys.Where(IsOurs).ToList())
            start.Environment.Remove(variable);
        start.Environment["HOME"] = home;
        start.Environment["PATH"] += $":{Root}";
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var reading = process.StandardOutput.ReadToEndAsync();
        Patience.AwaitExit(process, command);
        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Patience.Read(reading, command)));
        return (text, process.ExitCode);
    }

    static bool IsOurs(string variable) =>
        variable.StartsWith("CAIRN_", StringComparison.Ordinal)
        || variable.StartsWith("XDG_", StringComparison.Ordinal);

    static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cairn.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the solution was not found");
        return folder;
    }
}
