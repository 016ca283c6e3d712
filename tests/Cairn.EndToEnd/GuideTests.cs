using System.Text.RegularExpressions;
using Cairn.Testing;

namespace Cairn.EndToEnd;

/// <summary>
/// Runs every command that the guide shows, in the order of the page, and compares what is printed with what the page
/// says. Blocks marked <c>console</c> hold lines <c>$ COMMAND</c> and their output; a last line <c>(exit N)</c> gives a
/// status other than 0. What differs from run to run (ids, times, sizes, durations) is made equal on both sides; a line
/// <c>...</c> stands for any lines. A comment <c>run: COMMAND</c> prepares something without being shown. On a page the
/// home is /home/ada, /mnt is a disk, and the machine's name is laptop.
/// </summary>
public sealed partial class GuideTests
{
    public static TheoryData<string> Pages => [.. PageFiles().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_command_of_the_page_prints_what_the_page_says(string page)
    {
        using var folder = new TemporaryFolder();
        var home = Directory.CreateDirectory($"{folder.Path}/home/ada").FullName;
        Directory.CreateDirectory($"{folder.Path}/mnt/backup");
        foreach (var step in Steps(File.ReadAllLines(Path.Combine(Shell.Root, page))))
        {
            var (output, status) = Shell.Run(Inside(folder.Path, step.Command), home, home);
            output = Plain(output.Replace(folder.Path, "", StringComparison.Ordinal)
                .Replace(Environment.MachineName, "laptop", StringComparison.Ordinal));
            if (step.Expected is null)
                Assert.True(status == 0, $"{page}, line {step.Line}: $ {step.Command}\nended with {status}:\n{output}");
            else
                Assert.True(
                    status == step.Status && Regex.IsMatch(output, step.Pattern, RegexOptions.Singleline),
                    $"{page}, line {step.Line}: $ {step.Command}\nthe page says (status {step.Status}):\n"
                    + $"{Plain(step.Expected)}\ngot (status {status}):\n{output}");
        }
    }

    static IEnumerable<string> PageFiles()
    {
        var guide = Path.Combine(Shell.Root, "docs/guide");
        return Directory.GetFiles(guide, "*.md").Select(file => Path.GetRelativePath(Shell.Root, file));
    }

    static IEnumerable<Step> Steps(string[] lines)
    {
        var isConsole = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (PreparationLine().Match(lines[i]) is { Success: true } preparation)
                yield return new Step(preparation.Groups[1].Value, i + 1, Expected: null, Status: 0);
            else if (lines[i].StartsWith("```", StringComparison.Ordinal))
                isConsole = !isConsole && lines[i] == "```console";
            else if (isConsole && IsCommand(lines[i]))
                yield return Shown(lines, ref i);
        }
    }

    static Step Shown(string[] lines, ref int i)
    {
        var (command, line, status) = (lines[i][2..], i + 1, 0);
        // Long commands go on, as in a shell.
        while (command.EndsWith('\\') && i + 1 < lines.Length)
            command += "\n" + lines[++i];
        var expected = new List<string>();
        for (; i + 1 < lines.Length && !IsCommand(lines[i + 1]) && lines[i + 1] != "```"; i++)
        {
            if (ExitLine().Match(lines[i + 1]) is { Success: true } exit)
                status = int.Parse(exit.Groups[1].Value);
            else
                expected.Add(lines[i + 1]);
        }
        return new Step(command, line, string.Join('\n', expected).TrimEnd(), status);
    }

    static bool IsCommand(string line) => line.StartsWith("$ ", StringComparison.Ordinal);

    /// <summary>The disk and the home of the page lie in the test's folder.</summary>
    static string Inside(string folder, string command) =>
        PagePath().Replace(command, match => folder + match.Value);

    static string Plain(string text)
    {
        text = IdText().Replace(text, "ID");
        text = TimeText().Replace(text, "TIME");
        text = MeasureText().Replace(text, "MEASURE");
        return SpaceText().Replace(text, " ").TrimEnd();
    }

    [GeneratedRegex("^<!-- run: (.*) -->$")]
    private static partial Regex PreparationLine();

    [GeneratedRegex(@"^\(exit ([0-9]+)\)$")]
    private static partial Regex ExitLine();

    [GeneratedRegex(@"(?<![\w/.])/(mnt/|home/ada)")]
    private static partial Regex PagePath();

    [GeneratedRegex(@"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f…]{8})[0-9a-f]{8,64}…?|\b[0-9a-f]{8}\b")]
    private static partial Regex IdText();

    [GeneratedRegex(@"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")]
    private static partial Regex TimeText();

    [GeneratedRegex(@"\b[0-9][0-9,]*(\.[0-9]+)? (B|KiB|MiB|GiB|s|ms|min|h|%)(?!\w)")]
    private static partial Regex MeasureText();

    [GeneratedRegex(@"[ \t]+")]
    private static partial Regex SpaceText();

    sealed record Step(string Command, int Line, string? Expected, int Status)
    {
        public string Pattern =>
            $"^{AnyLines().Replace(Regex.Escape(Plain(Expected!)), ".*")}$";
    }

    [GeneratedRegex(@"(^|(?<=\\n))\\\.\\\.\\\.((\\n)|$)")]
    private static partial Regex AnyLines();
}
