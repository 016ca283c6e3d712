using System.Text;

namespace Cairn.Vectors;

/// <summary>vectors/README.md: what the files are, and which rule of the format has which vectors.</summary>
static class Readme
{
    public static string Text(IReadOnlyList<Vector> vectors)
    {
        var text = new StringBuilder(Head().ReplaceLineEndings("\n"));
        text.Append("| rule | words of docs/format.md | vectors |\n|---|---|---|\n");
        foreach (var rule in Rules.All)
        {
            var names = vectors.Where(vector => vector.Rules.Contains(rule.Id)).Select(vector => vector.Scenario);
            var shown = rule.WhyNoVector is { } reason
                ? $"none: {reason}"
                : string.Join(", ", names.Order(StringComparer.Ordinal));
            text.Append($"| {rule.Id} | {rule.Words.Replace("|", "\\|")} | {shown} |\n");
        }
        return text.ToString();
    }

    // A file of its own, since lines of tables cannot be wrapped.
    static string Head()
    {
        using var stream = typeof(Readme).Assembly.GetManifestResourceStream("Readme.head.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
