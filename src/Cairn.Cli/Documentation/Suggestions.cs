using System.CommandLine;

namespace Cairn.Cli.Documentation;

static class Suggestions
{
    /// <param name="line">From the name of the program up to the cursor.</param>
    public static IEnumerable<string> For(RootCommand root, string line)
    {
        var start = line.TrimStart();
        var space = start.IndexOf(' ');
        if (space < 0)
            return [];
        var rest = start[(space + 1)..];
        var word = rest[(rest.LastIndexOf(' ') + 1)..];
        return root.Parse(rest).GetCompletions(rest.Length)
            .Select(item => item.InsertText ?? item.Label)
            .Where(text => text.StartsWith(word, StringComparison.Ordinal))
            // /h and /? are for other systems. Who has not typed a dash may want a file, which the shell completes
            // where nothing is suggested.
            .Where(text => word.StartsWith('-') || text is not ['-' or '/', ..])
            .Distinct().Order(StringComparer.Ordinal);
    }
}
