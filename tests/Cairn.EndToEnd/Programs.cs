using System.Diagnostics;
using System.Text;
using Cairn.Testing;

namespace Cairn.EndToEnd;

/// <summary>Other programs than Cairn.</summary>
static class Programs
{
    /// <summary>What it prints, a byte a character; it must end well.</summary>
    public static string Run(string program, params string[] arguments) =>
        Run(new ProcessStartInfo(program, arguments));

    public static string Run(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        start.StandardOutputEncoding = Encoding.Latin1;
        var command = $"{start.FileName} {string.Join(' ', start.ArgumentList)}";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        Patience.AwaitExit(process, command);
        Assert.True(
            process.ExitCode == 0, $"{command} ended with {process.ExitCode}\n{Patience.Read(output, command)}\n"
            + Patience.Read(errors, command));
        return Patience.Read(output, command);
    }

    public static void CopyTree(string from, string to) => Run("cp", "-a", from, to);
}

static class Rsync
{
    /// <summary>What rsync would have to do to make the copy equal to the source: nothing.</summary>
    public static string Differences(string source, string copy) => Programs.Run(
        "rsync", "-aHn", "--delete", "--itemize-changes", "--checksum", $"{source}/", $"{copy}/");
}
