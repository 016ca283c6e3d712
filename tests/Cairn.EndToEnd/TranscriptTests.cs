using System.Text.RegularExpressions;
using Cairn.Testing;

namespace Cairn.EndToEnd;

/// <summary>
/// Runs the transcripts in Transcripts/: a line <c>$ COMMAND</c>, then what it prints (both outputs), then <c>!N</c>
/// if it ends with another status than 0. In expected lines <c>{*}</c> stands for anything, and a line <c>...</c> for
/// any lines. Each transcript has a folder and a home of its own, and names a short place for GnuPG's, whose agent is
/// ended with the transcript; <c>cairn</c> is the program that ./cairn runs.
/// </summary>
public sealed class TranscriptTests
{
    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    static string Folder => Path.Combine(Shell.Root, "tests/Cairn.EndToEnd/Transcripts");

    [Theory]
    [MemberData(nameof(Names))]
    public void Transcript(string name)
    {
        using var folder = new TemporaryFolder();
        using var gnupg = new GnupgHome();
        Directory.CreateDirectory($"{folder.Path}/home");
        foreach (var step in Parse(File.ReadAllLines(Path.Combine(Folder, $"{name}.txt"))))
        {
            var (output, status) = Run(step.Command, folder.Path, gnupg.Path);
            var isExpected = status == step.Status && Regex.IsMatch(output, step.Pattern, RegexOptions.Singleline);
            Assert.True(
                isExpected,
                $"{name}.txt, line {step.Line}: $ {step.Command}\nexpected (status {step.Status}):\n{step.Expected}\n"
                + $"got (status {status}):\n{output}");
        }
    }

    static IEnumerable<Step> Parse(string[] lines)
    {
        for (var i = 0; i < lines.Length;)
        {
            if (!IsCommand(lines[i]))
            {
                // Before and between commands only remarks and blank lines may stand.
                Assert.True(
                    lines[i].Length == 0 || lines[i][0] == '#', $"line {i + 1} belongs to no command: {lines[i]}");
                i++;
                continue;
            }
            var (command, line, status) = (lines[i][2..], i + 1, 0);
            var expected = new List<string>();
            for (i++; i < lines.Length && lines[i].Length > 0 && !IsCommand(lines[i]); i++)
            {
                if (lines[i][0] == '!')
                    status = int.Parse(lines[i].AsSpan(1));
                else
                    expected.Add(lines[i]);
            }
            yield return new Step(command, line, string.Join('\n', expected), status);
        }
    }

    static bool IsCommand(string line) => line.StartsWith("$ ", StringComparison.Ordinal);

    static (string Output, int Status) Run(string command, string folder, string gnupg)
    {
        var (output, status) = Shell.Run(
            $"export GNUPGHOME={gnupg}\n{command}", folder, $"{folder}/home");
        output = output.Replace(folder, "/T", StringComparison.Ordinal);
        return (output.Replace(gnupg, "/G", StringComparison.Ordinal).TrimEnd('\n'), status);
    }

    sealed record Step(string Command, int Line, string Expected, int Status)
    {
        public string Pattern
        {
            get
            {
                var pattern = Regex.Escape(Expected).Replace(@"\{\*}", "[^\n]*", StringComparison.Ordinal);
                return $"^{Regex.Replace(pattern, @"(^|(?<=\\n))\\\.\\\.\\\.((\\n)|$)", ".*")}$";
            }
        }
    }
}
