using System.Text.Json;

namespace Cairn.EndToEnd.Selecting;

/// <summary>A tree and a list of rules, made from a seed. Texts have a character for each byte.</summary>
sealed class SelectionCase
{
    static readonly string[] Names =
    [
        "a", "b", "c", "ab", "abc", "B", "x.py", "y.py", "n.txt", "-", "a b", "\u00c3\u00a9", "\u00ff", "[", "a\\b",
        ".h",
    ];

    static readonly string[] Words =
        ["a", "b", "c", "*", "**", "?", "[abc]", "[!a]", "[a-c]*", "*.py", "ab", "a*", "\u00c3\u00a9", "?b", "**b"];

    readonly Random _random;
    readonly HashSet<string> _taken = [];

    public SelectionCase(int seed, string folder)
    {
        _random = new Random(seed);
        Seed = seed;
        Root = $"{folder}/t{seed}";
        Grow("", depth: 0);
        NewRules();
    }

    public int Seed { get; }
    public string Root { get; }
    public List<(string Path, string Kind, long Time)> Entries { get; } = [];
    public List<(string Option, string Value)> Rules { get; } = [];

    public bool EndsInCatchAll => Rules[^1] == ("--exclude", "**");

    public string ToJson() => JsonSerializer.Serialize(new
    {
        root = Root,
        entries = Entries.Select(entry => new { path = entry.Path, kind = entry.Kind, time = entry.Time }),
        rules = Rules.Select(rule => new[] { rule.Option, rule.Value }),
    });

    public override string ToString() =>
        $"seed {Seed}: {string.Join(' ', Rules.Select(rule => $"{rule.Option} '{rule.Value}'"))}";

    public void NewRules()
    {
        Rules.Clear();
        // What duplicity puts first, wherever it stands.
        if (_random.Next(6) == 0)
            Rules.Add(("--exclude-if-present", Pick(Names)));
        if (_random.Next(6) == 0)
            Rules.Insert(0, ("--exclude-device-files", ""));
        for (var i = _random.Next(1, 6); i-- > 0;)
            Rules.Add(Rule());
        if (_random.Next(3) > 0)
            Rules.Add(("--exclude", "**"));
    }

    (string Option, string Value) Rule()
    {
        var isInclude = _random.Next(2) == 0;
        return _random.Next(10) switch
        {
            0 => (isInclude ? "--include-regexp" : "--exclude-regexp",
                Pick(["a$", "/b", "[.]py$", "c/.*b", "^/.*ab?$"])),
            1 => ("--exclude-older-than", "1000000000"),
            _ => (isInclude ? "--include" : "--exclude", Pattern()),
        };
    }

    string Pattern()
    {
        var components = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Pick(Words)).ToList();
        var pattern = string.Join('/', components);
        // Sometimes something that is there.
        if (_random.Next(3) == 0 && Entries.Count > 0)
            pattern = Entries[_random.Next(Entries.Count)].Path;
        pattern = pattern.Replace("[", pattern.Contains(']') ? "[" : "?", StringComparison.Ordinal);
        var start = _random.Next(6) switch { 0 => "**/", 1 => "**", 2 => "/**/", _ => Root + "/" };
        var end = _random.Next(5) == 0 ? "/" : "";
        return (_random.Next(8) == 0 && start != Root + "/" ? "ignorecase:" : "")
            + (start + pattern + end).Replace("****", "**", StringComparison.Ordinal);
    }

    void Grow(string at, int depth)
    {
        for (var i = _random.Next(depth == 0 ? 3 : 0, 6); i-- > 0;)
        {
            var path = at + Pick(Names);
            if (!_taken.Add(path))
                continue;
            var kind = _random.Next(20) switch
            {
                < 8 => "directory", 8 => "link", 9 => "fifo", 10 => "device", _ => "file",
            };
            Entries.Add((path, kind, _random.Next(2) == 0 ? 900_000_000 : 1_100_000_000));
            if (kind == "directory" && depth < 5)
                Grow(path + "/", depth + 1);
        }
    }

    string Pick(string[] from) => from[_random.Next(from.Length)];
}
