using System.Text.RegularExpressions;
using Cairn.Vectors;

namespace Cairn.Tests.Vectors;

/// <summary>Every file of vectors/, through every entry point that reads such objects.</summary>
public partial class VectorTests
{
    static readonly string Root = Path.Combine(SourceFile.Root, "vectors");

    public static TheoryData<string> Scenarios() => [.. VectorFiles().Select(path => path[..^".txt".Length])];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task A_vector_comes_to_what_it_expects_through_every_entry_point(string scenario)
    {
        var vector = Vector.Parse(await File.ReadAllTextAsync(
            Path.Combine(Root, scenario + ".txt"), TestContext.Current.CancellationToken));
        Assert.Equal(scenario, vector.Scenario);
        var entryPoints = EntryPoints.Of(vector);
        Assert.NotEmpty(entryPoints);
        foreach (var (name, read) in entryPoints)
        {
            var outcome = await Outcome.OfAsync(read);
            Assert.True(
                vector.Expect == outcome.Kind,
                    $"{name}: expected {vector.Expect}, got {outcome.Kind}: {outcome.Message}");
            Assert.Equal(vector.Content, outcome.Released);
        }
        foreach (var (name, takes) in EntryPoints.OfFolders(vector))
            Assert.True(
                vector.IsSuccess == await takes(), $"{name}: whether it was taken differs from {vector.Expect}");
    }

    [Fact]
    public void The_files_are_those_that_the_programs_make()
    {
        var made = VectorFolder.Make();
        var there = Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal);
        Assert.Equal(made.Keys, there);
        foreach (var (name, bytes) in made)
            Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Root, name))), $"{name} differs");
    }

    [Fact]
    public void A_file_is_what_it_parses_to()
    {
        foreach (var path in VectorFiles())
        {
            var text = File.ReadAllText(Path.Combine(Root, path));
            Assert.Equal(text, Vector.Parse(text).Format());
        }
    }

    [Fact]
    public void Every_rule_has_a_vector_and_every_kind_of_failure_too()
    {
        var vectors = VectorFiles().Select(path => Vector.Parse(File.ReadAllText(Path.Combine(Root, path)))).ToList();
        var shown = vectors.SelectMany(vector => vector.Rules).ToHashSet();
        var demanded = Rules.All.Where(rule => rule.WhyNoVector is null).Select(rule => rule.Id).ToHashSet();
        Assert.Equal(demanded.Order(), shown.Order());
        Assert.Equal(Scenario.Kinds.Order(), vectors.Select(vector => vector.Expect).Distinct().Order());
    }

    [Fact]
    public void Every_MUST_of_the_format_lies_within_the_words_of_a_rule()
    {
        var sections = Sections();
        foreach (var rule in Rules.All)
            Assert.True(
                sections[rule.Section].Contains(rule.Words, StringComparison.Ordinal),
                $"section {rule.Section} does not say \"{rule.Words}\" any more: rule {rule.Id}");
        foreach (var (number, text) in sections)
        {
            var rest = Rules.All.Where(rule => rule.Section == number)
                .Aggregate(text, (left, rule) => left.Replace(rule.Words, ""));
            Assert.False(Must().IsMatch(rest),
                $"section {number} has a MUST that no rule of Rules.cs names: {Around(rest)}");
        }
    }

    [Fact]
    public void The_example_in_the_format_is_the_pack_of_the_vector()
    {
        var readme = File.ReadAllText(Path.Combine(Root, "pack-worked-example", "README.md"));
        var fields = ExampleField().Matches(Sections(keepLines: true)[18]);
        Assert.InRange(fields.Count, 30, 40);
        foreach (Match field in fields)
            Assert.Matches($"`{field.Groups[1].Value}([0-9a-f]*|[0-9a-f]+ … [0-9a-f]*){field.Groups[2].Value}`",
                readme);
    }

    static string Around(string text)
    {
        var match = Must().Match(text);
        return match.Success ? text[Math.Max(match.Index - 60, 0)..Math.Min(match.Index + 60, text.Length)] : "";
    }

    static IEnumerable<string> VectorFiles() =>
        Directory.EnumerateFiles(Root, "*.txt", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/')).Order(StringComparer.Ordinal);

    /// <summary>The sections of docs/format.md by number, white space made alike; 0 is what stands before the
    /// first.</summary>
    static Dictionary<int, string> Sections(bool keepLines = false)
    {
        var text = File.ReadAllText(Path.Combine(SourceFile.Root, "docs", "format.md"));
        var parts = Regex.Split(text, @"^## (?=\d+\. )", RegexOptions.Multiline);
        return parts.ToDictionary(
            part => part == parts[0] ? 0 : int.Parse(part[..part.IndexOf('.')]), part =>
                keepLines ? part : WhiteSpace().Replace(part, " "));
    }

    [GeneratedRegex(@"\bMUST\b")]
    private static partial Regex Must();

    [GeneratedRegex(@"^ [ \d]{6}([0-9a-f]{2,24})(?:…([0-9a-f]{8}))? ", RegexOptions.Multiline)]
    private static partial Regex ExampleField();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
