using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Selecting;
using Cairn.Files.Walking;
using Cairn.Testing;

namespace Cairn.EndToEnd.Selecting;

/// <summary>
/// Random trees and rules against Debian's duplicity. With <c>--like-duplicity</c> nothing may differ. Without, one
/// thing does by intent: duplicity drops a file that no rule decides if an include rule made its place worth scanning;
/// here what no rule decides is included, as duplicity's manual has it. So each case is compared in two more ways: with
/// the same rules, where nothing but that may differ; and with the default of its manual given to duplicity as a last
/// rule, where nothing may.
/// </summary>
public class DuplicityTests
{
    const string CountVariable = "CAIRN_SELECTION_CASES";
    const int CountDefault = 900;

    [Fact]
    public void Random_rules_select_of_random_trees_what_duplicity_selects()
    {
        using var folder = new TemporaryFolder();
        var count = int.TryParse(Environment.GetEnvironmentVariable(CountVariable), out var wanted)
            ? wanted : CountDefault;
        using var duplicity = new DuplicityLists();
        int equal = 0, scanned = 0, undecided = 0, refused = 0;
        for (var seed = 1; seed <= count; seed++)
        {
            var test = new SelectionCase(seed, folder.Path);
            while (true)
            {
                var theirs = duplicity.Select(test);
                var rules = TryMake(test, theirs is null);
                if (rules is null || theirs is null)
                {
                    refused++;
                    test.NewRules();
                    continue;
                }
                var alike = Walk(test.Root, MakeLikeDuplicity(test));
                Assert.True(
                    alike.SetEquals(theirs.Value.Same),
                    $"{test}: only duplicity has {string.Join(", ", theirs.Value.Same.Except(alike))}; only Cairn has "
                    + string.Join(", ", alike.Except(theirs.Value.Same)));
                var result = Compare(test, rules, theirs.Value.Same);
                Assert.True(
                    Walk(test.Root, rules).SetEquals(theirs.Value.Decided), $"{test}: the last rule that includes all");
                equal += result.IsEqual ? 1 : 0;
                scanned += result.HasScanned ? 1 : 0;
                undecided += result.IsEqual ? 0 : 1;
                break;
            }
        }
        TestContext.Current.SendDiagnosticMessage(
            $"seeds 1 to {count}: {equal} equal, {scanned} with scanned directories, {undecided} with files that "
            + $"no rule decides, {refused} lists refused");
        Assert.True(equal >= count * 5 / 9, $"only {equal} of {count} were equal");
        Assert.True(scanned >= count / 10, $"only {scanned} had directories to be scanned");
    }

    // duplicity puts some rules in front of all others, wherever they stand.
    static SelectionRules MakeLikeDuplicity(SelectionCase test)
    {
        var rules = test.Rules.Select(Make).ToArray();
        var isInFront = rules.ToLookup(rule => rule is MarkerRule or DeviceRule);
        return new SelectionRules(
            [.. isInFront[false].Take(test.Seed % 3), .. isInFront[true], .. isInFront[false].Skip(test.Seed % 3)],
            [(ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(test.Root)], likeDuplicity: true);
    }

    // What duplicity refuses is refused; what it accepts may be refused as a rule without effect.
    static SelectionRules? TryMake(SelectionCase test, bool mustRefuse)
    {
        try
        {
            var rules = new SelectionRules(
                test.Rules.Select(Make), [(ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(test.Root)]);
            Assert.False(mustRefuse, $"{test}: duplicity refuses this");
            return rules;
        }
        catch (ArgumentException e)
        {
            string[] reasons = ["never reached", "redundant", "leaves out all of"];
            Assert.True(mustRefuse || reasons.Any(e.Message.Contains), $"{test}: {e.Message}");
            return null;
        }
    }

    static (bool IsEqual, bool HasScanned) Compare(SelectionCase test, SelectionRules rules, HashSet<string> theirs)
    {
        var judged = new Judged(rules);
        var ours = Walk(test.Root, judged);
        var missing = theirs.Except(ours).ToList();
        Assert.True(missing.Count == 0, $"{test}: duplicity also has {string.Join(", ", missing)}");
        var extra = ours.Except(theirs).Order(StringComparer.Ordinal).ToList();
        var prefix = test.Root + "/";
        var undecided = ours.Where(path => judged.Undecided.Contains(prefix + path)).ToList();
        foreach (var path in extra)
        {
            Assert.False(test.EndsInCatchAll, $"{test}: duplicity does not have {path}");
            var isExplained = undecided.Contains(path) || judged.Scanned.Contains(prefix + path)
                && undecided.Any(below => below.StartsWith(path + "/", StringComparison.Ordinal));
            Assert.True(isExplained, $"{test}: duplicity does not have {path}");
        }
        Assert.True(
            extra.Count == 0 || test.Rules.Exists(rule => rule.Option == "--include"),
            $"{test}: without an include rule nothing may differ: {string.Join(", ", extra)}");
        return (extra.Count == 0, judged.Scanned.Count > 0);
    }

    static HashSet<string> Walk(string root, ISelection selection)
    {
        var options = new FileTreeOptions { Sources = [Encoding.UTF8.GetBytes(root)], Selection = selection };
        var names = new HashSet<string>();
        foreach (var batch in new FileTreeSource(options).Walk(new Unheard(), TestContext.Current.CancellationToken))
        {
            using var taken = batch;
            var directory = "/" + Encoding.Latin1.GetString(batch.DirectoryPath.Span) + "/";
            if (directory.StartsWith(root + "/", StringComparison.Ordinal))
                names.UnionWith(batch.Entries.Select(
                    entry => directory[(root.Length + 1)..] + Encoding.Latin1.GetString(entry.Name.Span)));
        }
        return names;
    }

    static SelectionRule Make((string Option, string Value) rule)
    {
        var bytes = Encoding.Latin1.GetBytes(rule.Value);
        var text = $"{rule.Option} {rule.Value}";
        return rule.Option switch
        {
            "--include" or "--exclude" => new GlobRule(bytes, rule.Option == "--include") { Text = text },
            "--include-regexp" or "--exclude-regexp" =>
                new RegexpRule(rule.Value, rule.Option == "--include-regexp") { Text = text },
            "--exclude-if-present" => new MarkerRule(bytes) { Text = text },
            "--exclude-older-than" => new OlderRule(new FileTime(long.Parse(rule.Value), 0)) { Text = text },
            _ => new DeviceRule { Text = text },
        };
    }

    /// <summary>Notes what was scanned, and what no rule decided.</summary>
    sealed class Judged(SelectionRules rules) : ISelection
    {
        public HashSet<string> Scanned { get; } = [];
        public HashSet<string> Undecided { get; } = [];

        public Verdict Decide(ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate)
        {
            var verdict = rules.Decide(path, kind, candidate, out var decisive);
            if (verdict == Verdict.Scan)
                Scanned.Add(Encoding.Latin1.GetString(path));
            if (decisive is null)
                Undecided.Add(Encoding.Latin1.GetString(path));
            return verdict;
        }
    }

    sealed class Unheard : ISourceProblems
    {
        public void Report(SourceProblem problem) { }
    }
}

/// <summary>duplicity's own selection, in one process for all cases.</summary>
sealed class DuplicityLists : IDisposable
{
    readonly Process _process;

    public DuplicityLists()
    {
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.ArgumentList.Add(Path.Combine(Decoder.Folder, "Cairn.EndToEnd", "Selecting", "duplicity_lists.py"));
        _process = Process.Start(start)!;
    }

    /// <summary>Null if duplicity refuses the rules.</summary>
    public (HashSet<string> Same, HashSet<string> Decided)? Select(SelectionCase test)
    {
        _process.StandardInput.WriteLine(test.ToJson());
        _process.StandardInput.Flush();
        var line = Patience.Read(_process.StandardOutput.ReadLineAsync(), $"duplicity: {test}");
        Assert.True(line is not null, $"duplicity ended: {test}");
        using var answer = JsonDocument.Parse(line);
        return answer.RootElement.TryGetProperty("names", out var names)
            ? (ToSet(names), ToSet(answer.RootElement.GetProperty("decided")))
            : null;
    }

    static HashSet<string> ToSet(JsonElement names) =>
        [.. names.EnumerateArray().Select(name => name.GetString()!)];

    public void Dispose()
    {
        _process.StandardInput.Close();
        Patience.AwaitExit(_process, "duplicity");
        _process.Dispose();
    }
}
