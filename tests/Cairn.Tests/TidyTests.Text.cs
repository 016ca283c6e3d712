using System.Text.RegularExpressions;

namespace Cairn.Tests;

public partial class TidyTests
{
    const int LinesPerFileMax = 500;
    const int LinesPerFunctionMax = 70;
    const int ColumnsMax = 120;

    /// <summary>Lines that were too long when the rule came, by file. Numbers only ever get lower.</summary>
    static readonly Dictionary<string, int> LongLinesStillThere = [];

    /// <summary>Functions that were too long when the rule came. Only ever gets shorter. As "path:name".</summary>
    static readonly string[] LongFunctionsStillThere = [];

    /// <summary>Invariants of the design that no test names yet. Only ever gets shorter.</summary>
    static readonly string[] InvariantsWithoutTest = [];

    /// <summary>What must not stand in the code under src, and what to write instead.</summary>
    static readonly (Regex Pattern, string Advice)[] Banned =
    [
        (new(@"throw new Exception\("), "throw a type that somebody can decide on"),
        (new(@"Channel\.CreateUnbounded"), "bound it: memory has a budget (INV-8)"),
        (new(@"#region"), "make smaller files instead"),
        (new(@"Gets or sets"), "say what the name does not"),
        (new(@"<param name=""\w+"">\s*</param>"), "say something or nothing"),
        (new(@"(, |\w\()(true|false)\)"), "name the argument"),
        (new(@"\bThread\.Sleep\b"), "wait through a TimeProvider"),
        (new(@"\[DllImport"), "use LibraryImport, under Interop/"),
        (new(@"SignatureVerifier\.Verifies"), "call Verify: the rule is the simulation's to set, and nobody else's"),
    ];

    // Tuples, attributes, and calls of one argument whose meaning is in the method's name.
    static readonly Regex BooleanAllowed = new(
        @"(return|=>|=) \((.*, )?(true|false)\)|^\s*\[|\b(SetResult|FromResult|That|True|False)\((true|false)\)");

    [Fact]
    public void Files_functions_and_lines_keep_their_sizes()
    {
        var offences = new List<string>();
        var longFunctions = new List<string>();
        foreach (var file in SourceFile.All("src").Concat(SourceFile.All("tests")))
        {
            if (file.Lines.Length > LinesPerFileMax)
                offences.Add($"{file.Path}: {file.Lines.Length} lines, at most {LinesPerFileMax}");
            var wide = file.Numbered.Where(numbered => numbered.Line.Length > ColumnsMax).ToList();
            if (wide.Count > LongLinesStillThere.GetValueOrDefault(file.Path))
                offences.AddRange(wide.Select(
                    line => $"{file.Path}:{line.Number}: {line.Line.Length} columns, at most {ColumnsMax}"));
            if (wide.Count == 0 && LongLinesStillThere.ContainsKey(file.Path))
                offences.Add($"{file.Path} has no long line any more: take it off the list");
            foreach (var (name, line, length) in file.Functions())
                if (length > LinesPerFunctionMax)
                {
                    longFunctions.Add($"{file.Path}:{name}");
                    if (!LongFunctionsStillThere.Contains($"{file.Path}:{name}"))
                        offences.Add($"{file.Path}:{line}: {name} has {length} lines, at most {LinesPerFunctionMax}");
                }
        }
        offences.AddRange(LongFunctionsStillThere.Except(longFunctions)
            .Select(name => $"{name} is short by now: take it off the list"));
        AssertNone(offences);
    }

    [Fact]
    public void Banned_texts_do_not_occur_in_the_sources()
    {
        var offences =
            from file in SourceFile.All("src")
            from numbered in file.Numbered
            from banned in Banned
            where banned.Pattern.IsMatch(numbered.Line)
            where !banned.Pattern.ToString().Contains("true|false")
                || (!BooleanAllowed.IsMatch(numbered.Line) && !numbered.Line.TrimStart().StartsWith("//"))
            select $"{file.Path}:{numbered.Number}: {numbered.Line.Trim()}: {banned.Advice}";
        AssertNone(offences);
    }

    [Fact]
    public void An_exception_is_caught_by_its_type_or_with_a_condition_or_thrown_on()
    {
        var offences =
            from file in SourceFile.All("src")
            from numbered in file.CodeLines
            where CatchAll().IsMatch(numbered.Line) && !file.BlockBehind(numbered.Number).Any(RethrowOnly().IsMatch)
            select $"{file.Path}:{numbered.Number}: catches everything and keeps it";
        AssertNone(offences);
    }

    [Fact]
    public void Native_functions_are_imported_only_under_Interop()
    {
        var offences =
            from file in SourceFile.All("src")
            where !file.Path.Contains("/Interop/")
            from numbered in file.CodeLines
            where numbered.Line.Contains("LibraryImport") || numbered.Line.Contains("DllImport")
            select $"{file.Path}:{numbered.Number}: move it under Interop/";
        AssertNone(offences);
    }

    [Fact]
    public void Unit_tests_never_sleep()
    {
        var offences =
            from file in SourceFile.All("tests/Cairn.Tests")
            where !file.Path.Contains("/Tidy")
            from numbered in file.CodeLines
            where Sleeping().IsMatch(numbered.Line)
            select $"{file.Path}:{numbered.Number}: use a clock that jumps";
        AssertNone(offences);
    }

    [Fact]
    public void Each_invariant_of_the_design_is_named_by_a_test()
    {
        var named = SourceFile.All("tests")
            .Where(file => !file.Path.Contains("/Tidy"))
            .SelectMany(file => file.Lines)
            .SelectMany(line => InvariantName().Matches(line))
            .Select(match => "INV-" + match.Groups[1].Value)
            .ToHashSet();
        var all = Enumerable.Range(1, 8).Select(i => $"INV-{i}").ToList();
        AssertNone(all.Except(named).Except(InvariantsWithoutTest).Select(name => $"{name} is named by no test"));
        AssertNone(InvariantsWithoutTest.Intersect(named).Select(name => $"{name} has a test: take it off the list"));
        Assert.Subset(all.ToHashSet(), InvariantsWithoutTest.ToHashSet());
    }

    [GeneratedRegex(@"\bcatch\s*(\(\s*(System\.)?Exception(\s+\w+)?\s*\)\s*)?$")]
    private static partial Regex CatchAll();

    [GeneratedRegex(@"^\s*throw\b")]
    private static partial Regex RethrowOnly();

    [GeneratedRegex(@"\b(Thread\.Sleep|Task\.Delay)\b")]
    private static partial Regex Sleeping();

    [GeneratedRegex(@"\bINV[-_](\d)")]
    private static partial Regex InvariantName();
}
