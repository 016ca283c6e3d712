namespace Cairn.Files.Selecting;

/// <summary>Finds rules that cannot be what somebody meant.</summary>
static class SelectionCheck
{
    public static void Check(SelectionRule[] rules, byte[][] sources)
    {
        var seen = new Dictionary<string, SelectionRule>();
        SelectionRule? last = null;
        foreach (var rule in rules)
        {
            if (rule.IsForTheseSources)
            {
                if (last is not null)
                    throw Wrong(rule, $"is never reached: {last.Text} before it decides everything");
                if (seen.TryGetValue(rule.Key, out var same))
                    throw Wrong(rule, $"is never reached: {same.Text} before it decides the same");
                if (sources.Length > 0 && !Array.Exists(sources, source => rule.Reaches(source)))
                    throw Wrong(rule, $"can match nothing in {Shown(sources)}");
            }
            seen.TryAdd(rule.Key, rule);
            if (rule.MatchesEverything)
                last ??= rule;
        }
        if (rules is [.., { Includes: true, IsForTheseSources: true } end])
            throw Wrong(end, "is redundant: what no rule after it excludes is included anyway");
        foreach (var source in sources)
            CheckThatSomethingIsLeft(rules, source);
    }

    static void CheckThatSomethingIsLeft(SelectionRule[] rules, byte[] source)
    {
        foreach (var rule in rules)
        {
            if (rule.Includes)
                return;
            if (rule.Covers(source))
                throw Wrong(rule, $"leaves out all of {PathText.Show(source)}");
        }
    }

    static string Shown(byte[][] sources) =>
        sources.Length == 1 ? PathText.Show(sources[0]) : "the sources";

    static ArgumentException Wrong(SelectionRule rule, string what) => new($"The rule {rule.Text} {what}.");
}
