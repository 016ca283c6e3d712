using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Cairn.Testing;

/// <summary>
/// No test waits for ever. A program that does not end in time is ended with all it has started, and the test fails and
/// tells where each of its threads stood. CAIRN_PATIENCE_MINUTES gives large campaigns more time.
/// </summary>
public static class Patience
{
    // Far longer than anything takes that a test starts, on a busy machine too.
    const int MinutesUsually = 8;

    static readonly TimeSpan Limit = TimeSpan.FromMinutes(
        int.TryParse(Environment.GetEnvironmentVariable("CAIRN_PATIENCE_MINUTES"), out var wanted)
            ? wanted : MinutesUsually);

    /// <exception cref="TimeoutException">It did not end.</exception>
    public static void AwaitExit(Process process, string command)
    {
        if (process.WaitForExit(Limit))
            return;
        var stood = Describe(process.Id);
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"still running after {Limit}: {command}\n{stood}");
    }

    /// <summary>
    /// What is read from a program. Of one that has ended there is all, unless something that it started still holds
    /// its output.
    /// </summary>
    /// <exception cref="TimeoutException">It goes on.</exception>
    public static T Read<T>(Task<T> reading, string command) => reading.Wait(Limit)
        ? reading.Result
        : throw new TimeoutException($"nothing more came, nor an end, for {Limit}: {command}");

    /// <summary>The process and what it has started: threads with what they wait for in the kernel.</summary>
    static string Describe(int id)
    {
        var text = new StringBuilder();
        try
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{id}: {Text($"/proc/{id}/cmdline").Replace('\0', ' ')}");
            var tasks = Directory.GetDirectories($"/proc/{id}/task");
            foreach (var task in tasks)
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"    {Text($"{task}/comm")}: {Text($"{task}/wchan")}, system call {Text($"{task}/syscall")}");
            foreach (var child in tasks.SelectMany(task => Text($"{task}/children").Split(' ')))
            {
                if (int.TryParse(child, CultureInfo.InvariantCulture, out var childId))
                    text.Append(Describe(childId));
            }
        }
        catch (IOException)
        {
            text.AppendLine("    (ended meanwhile)");
        }
        return text.ToString();
    }

    static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file).TrimEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }
}
