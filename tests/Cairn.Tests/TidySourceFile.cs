using System.Text.RegularExpressions;

namespace Cairn.Tests;

/// <summary>
/// A source file as text. Functions are found by indentation, which the formatter keeps: good enough for a rule about
/// size, and it needs no compiler.
/// </summary>
sealed partial record SourceFile(string Path, string[] Lines)
{
    public static string Root { get; } = FindRoot();

    public IEnumerable<(int Number, string Line)> Numbered => Lines.Select((line, i) => (i + 1, line));

    /// <summary>Without comment lines.</summary>
    public IEnumerable<(int Number, string Line)> CodeLines =>
        Numbered.Where(numbered => !numbered.Line.TrimStart().StartsWith("//", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> All(string folder) =>
        from path in Directory.EnumerateFiles(System.IO.Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        orderby path
        select new SourceFile(System.IO.Path.GetRelativePath(Root, path), File.ReadAllLines(path));

    /// <summary>The lines of the block in braces that begins behind a line.</summary>
    public IEnumerable<string> BlockBehind(int number)
    {
        var open = Array.FindIndex(Lines, number - 1, line => line.Trim() == "{");
        return open < 0 ? [] : Lines[open..(CloseOf(open) + 1)];
    }

    /// <summary>
    /// Outermost blocks that belong to no type: members with braces, from their first line to the last.
    /// </summary>
    public IEnumerable<(string Name, int Line, int Length)> Functions()
    {
        for (var i = 0; i < Lines.Length; i++)
        {
            if (Lines[i].Trim() != "{" || Lines[i].Length < 5)
                continue;
            var head = HeadOf(i);
            var text = string.Join(' ', Lines[head..i].Select(line => line.Trim()));
            if (TypeHead().IsMatch(text))
                continue;
            var close = CloseOf(i);
            yield return (NameOf(text), head + 1, close - head + 1);
            i = close;
        }
    }

    // Back over a head that was broken into several lines, to the line that is indented like the brace.
    int HeadOf(int open)
    {
        var indent = IndentOf(Lines[open]);
        var head = open - 1;
        while (head > 0 && (IndentOf(Lines[head]) > indent || Lines[head].Trim().StartsWith(')')))
            head--;
        return Math.Max(head, 0);
    }

    int CloseOf(int open)
    {
        var end = Lines[open][..IndentOf(Lines[open])] + "}";
        var close = Array.FindIndex(Lines, open, line => line.StartsWith(end, StringComparison.Ordinal));
        return close < 0 ? Lines.Length - 1 : close;
    }

    static int IndentOf(string line) => line.Length - line.TrimStart().Length;

    static string NameOf(string head) => FunctionName().Match(head) is { Success: true } match ? match.Value : head;

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Cairn.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the sources are not above the tests' folder");
    }

    [GeneratedRegex(@"^((public|internal|protected|private|file|static|sealed|abstract|readonly|ref|unsafe|partial) )*"
        + @"(class|struct|record|interface|enum)\b")]
    private static partial Regex TypeHead();

    [GeneratedRegex(@"\w+(?=(<[\w, ]+>)?\()")]
    private static partial Regex FunctionName();
}
