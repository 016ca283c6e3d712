using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.FileSystems;

/// <summary>What a restore writes, where to, and what it does with what is there, by the command line.</summary>
public sealed class RestoreRulesTests : IDisposable
{
    readonly CairnHome _home = new();

    public RestoreRulesTests()
    {
        _home.Init();
        In(_home.Source, "mkdir -p a/b/c d e/empty; echo 1 > a/one.txt; echo 2 > a/b/two.md; echo 3 > a/b/c/three.txt;"
            + " echo 4 > d/four.txt; echo 5 > top; touch -d @1000000000 top a/one.txt; chmod 700 a/b");
        _home.Run("backup", _home.Source).RequireExit(0);
    }

    string Target => Path.Combine(_home.Folder, "t");

    [Theory]
    [InlineData("--include *.txt", ". a a/b a/b/c a/b/c/three.txt a/one.txt d d/four.txt")]
    [InlineData("--include b", ". a a/b a/b/c a/b/c/three.txt a/b/two.md")]
    [InlineData("--include *.txt --exclude c", ". a a/one.txt d d/four.txt")]
    [InlineData("--exclude a", ". d d/four.txt e e/empty top")]
    [InlineData("--include no-such", ".")]
    [InlineData("--rename a/b=x/y --include two.md", ". x x/y x/y/two.md")]
    [InlineData("--rename a=e/empty --include two.md", ". e e/empty e/empty/b e/empty/b/two.md")]
    [InlineData("--rename top=d/below/five --exclude a --exclude e", ". d d/below d/below/five d/four.txt")]
    public void Patterns_and_renames_choose_what_goes_where(string options, string expected)
    {
        Restore([.. options.Split(' ')]).RequireExit(0);
        Assert.Equal(expected, Names());
        if (expected.Contains("a/b/", StringComparison.Ordinal))
            Assert.Equal("700", In(Target, "stat -c %a a/b").Trim());
    }

    [Fact]
    public void A_renamed_tree_is_the_same_tree()
    {
        Restore("--rename", "a=d/of/a", "--rename", "d=a").RequireExit(0);
        Assert.Equal("", Rsync.Differences(Path.Combine(_home.Source, "a"), Path.Combine(Target, "d/of/a")));
        Assert.Equal("", Rsync.Differences(Path.Combine(_home.Source, "d"), Path.Combine(Target, "a")));
    }

    [Theory]
    [InlineData("--rename", "a"), InlineData("--rename", "a=../b"), InlineData("--rename", "=b")]
    [InlineData("--rename", "a=/"), InlineData("--overwrite", "sometimes"), InlineData("--include", "[")]
    [InlineData("--no-owner", "--numeric-owner"), InlineData("--delete", "--rename=a=b")]
    public void What_makes_no_sense_is_a_usage_error(string option, string value)
    {
        var result = Restore(option, value).RequireExit(2);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [Theory]
    [InlineData("never", "own own own own", "own")]
    [InlineData("if-newer", "own 1 own own", "5")]
    [InlineData("if-changed", "5 1 5 own", "5")]
    [InlineData("always", "5 1 5 5", "5")]
    [InlineData("", "5 1 5 own", "5")]
    public void Each_rule_replaces_what_it_says(string rule, string expected, string link)
    {
        // Newer, older, of the same age and another size; the same in all that can be seen but the content.
        foreach (var name in new[] { "newer", "older", "other", "same", "linked" })
            In(_home.Source, $"cp -p top {name}");
        In(_home.Source, "echo 1 > older; touch -d @2000000000 linked");
        _home.Run("backup", _home.Source).RequireExit(0);
        Restore().RequireExit(0);
        In(Target, "for f in newer older other linked; do echo own > $f; done; printf 'o\\n' > same;"
            + " touch -d @1500000000 newer linked; touch -d @500 older; touch -d @1000000000 same; touch -r top other;"
            + " ln linked hard");
        Restore(rule.Length > 0 ? ["--overwrite", rule] : ["--overwrite"]).RequireExit(0);
        var found = In(Target, "cat newer older other same").Replace("o\n", "own\n", StringComparison.Ordinal);
        Assert.Equal(expected, found.Trim().Replace('\n', ' '));
        Assert.Equal(link, In(Target, "cat linked").Trim());
        Assert.Equal("own", In(Target, "cat hard").Trim()); // another name of what was replaced is left alone
    }

    [Fact]
    public void A_full_target_is_refused_and_a_dry_run_says_so_too()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "own"), "own");
        Restore("--dry-run").RequireExit(1);
        Assert.Contains("--overwrite", Restore().RequireExit(1).Errors, StringComparison.Ordinal);
        Assert.Equal(". own", Names());
    }

    [Fact]
    public void A_mirror_is_planned_shown_and_agreed_to_before_anything_goes()
    {
        Restore().RequireExit(0);
        In(Target, "mkdir -p a/extra/x own; echo o > a/extra/x/o; echo o > own/o; echo o > e/empty/o;"
            + " rm d/four.txt top; mkdir top; echo o > top/o");
        const string planned = "a/extra/ e/empty/o own/ top/";
        var before = Names();
        var dry = Restore("--delete", "--dry-run").RequireExit(0);
        Assert.Equal(planned, Planned(dry.Errors));
        var refused = Restore("--delete").RequireExit(1);
        Assert.Equal(planned, Planned(refused.Errors));
        Assert.Contains("--yes", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(before, Names());
        Restore("--delete", "--yes").RequireExit(0);
        Assert.Equal(
            "", Rsync.Differences(_home.Source, Target).Replace(".d..t...... ./\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Patterns_keep_a_mirror_from_what_they_leave_out()
    {
        Restore().RequireExit(0);
        In(Target, "echo o > own.log; echo o > own.txt; mkdir a/own.log; echo o > d/own.md");
        Restore("--delete", "--yes", "--exclude", "*.log").RequireExit(0);
        Assert.Equal("own.log", In(Target, "find . -name 'own*' -printf '%f\\n' | sort -u").Trim());
        In(Target, "echo o > own.txt; echo o > own.md");
        Restore("--delete", "--yes", "--include", "*.txt").RequireExit(0);
        Assert.Equal("own.log\nown.md\n", In(Target, "find . -name 'own*' -printf '%f\\n' | sort -u"));
    }

    [Fact]
    public void A_mirror_deletes_nothing_beside_a_source()
    {
        // Of the directories above the source the snapshot knows only the way.
        In(_home.Folder, "mkdir -p t$HERE; echo o > t/beside; echo o > t$HERE/../beside; echo o > t$HERE/extra");
        var all = _home.Run("restore", "latest", "--target", Target, "--delete", "--yes").RequireExit(0);
        Assert.Equal("extra", Path.GetFileName(Planned(all.Errors)));
        Assert.True(File.Exists(Path.Combine(Target, "beside")));
        Assert.True(File.Exists($"{Target}{_home.Folder}/beside"));
        Assert.False(File.Exists($"{Target}{_home.Source}/extra"));
    }

    [Fact]
    public void A_mirror_spares_the_repository_and_its_state()
    {
        In(_home.Source, "mkdir home; echo x > home/x");
        _home.Run("backup", _home.Source).RequireExit(0);
        // Into the folder that everything of this test lies in.
        In(_home.Folder, "rm -rf t");
        var result = _home.Run("restore", $"latest:{_home.Source}", "--target", _home.Folder, "--delete", "--yes");
        result.RequireExit(0);
        _home.Run("check").RequireExit(0);
        Assert.True(File.Exists(Path.Combine(_home.Folder, "home/x")));
        Assert.False(Directory.Exists(_home.Source));
        Directory.CreateDirectory(_home.Source);
    }

    public void Dispose() => _home.Dispose();

    CairnResult Restore(params string[] options) =>
        _home.Run(["restore", $"latest:{_home.Source}", "--target", Target, .. options]);

    string Names() => In(Target, "find . | sed 's,^\\./,,' | LC_ALL=C sort").Trim().Replace('\n', ' ');

    static string Planned(string errors) => string.Join(' ', errors.Split('\n')
        .Where(line => line.Contains("delete ", StringComparison.Ordinal)
            && !line.Contains("--", StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf("delete ", StringComparison.Ordinal) + 7)..]).Order(StringComparer.Ordinal));

    string In(string folder, string script)
    {
        var (output, status) = Shell.Run($"set -e; HERE={_home.Source}; {script}", folder, _home.Folder);
        Assert.True(status == 0, $"{script}\n{output}");
        return output;
    }
}
