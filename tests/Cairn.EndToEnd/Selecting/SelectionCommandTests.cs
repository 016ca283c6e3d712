using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.Selecting;

/// <summary>Rules as a person gives them to the program, beside the same given to duplicity.</summary>
public class SelectionCommandTests
{
    const string LikeDuplicity = "--like-duplicity";

    static readonly string[] Files =
        ["a/keep.o", "a/drop.o", "a/x.c", "b/deep/er/y.PY", "b/deep/z.txt", "c/.nobackup", "c/lost", "d e/#f", "top"];

    [Theory]
    [InlineData("--include S/a/keep.o --exclude **.o")]
    [InlineData("--exclude **.o --include S/c/** --exclude-regexp /c$")]
    [InlineData("--exclude-if-present .nobackup --exclude-regexp [.](o|txt)$ --exclude S/top")]
    [InlineData("--include ignorecase:**.py --exclude **")]
    [InlineData("--include-filelist LIST --exclude **")]
    [InlineData("--exclude-filelist LIST")]
    [InlineData("--include **.c --exclude S/c --like-duplicity")]
    public void The_program_backs_up_what_duplicity_does(string options)
    {
        using var home = new CairnHome();
        home.Init();
        Fill(home);
        var list = Path.Combine(home.Folder, "list");
        File.WriteAllText(
            list, $"# a comment\n\n  - {home.Source}/a/drop.o\n+ {home.Source}/a/*\n\"{home.Source}/d e\"\n");
        string[] rules = [.. options.Split(' ').Select(word => word
            .Replace("S/", home.Source + "/", StringComparison.Ordinal)
            .Replace("LIST", list, StringComparison.Ordinal))];
        home.Run(["backup", home.Source, .. rules]).RequireExit(0);
        var target = "file://" + Path.Combine(home.Folder, "duplicity");
        string[] quiet = ["-v0", "--no-encryption", $"--archive-dir={home.Folder}/archive"];
        string[] theirRules = [.. rules.Where(rule => rule != LikeDuplicity)];
        Programs.Run("/usr/bin/duplicity", ["full", .. quiet, .. theirRules, home.Source, target]);
        var theirs = Programs.Run("/usr/bin/duplicity", ["list-current-files", .. quiet, target])
            .Split('\n').Where(line => line.Length > 25).Select(line => line[25..])
            .Where(path => path != ".").Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(theirs);
        Assert.Equal(theirs, Stored(home));
    }

    [Fact]
    public void Lists_come_from_standard_input_too()
    {
        using var home = new CairnHome();
        home.Init();
        Fill(home);
        using var backup = home.StartWithInput(
            input => input.Write("a/x.c\0d e/#f\0gone\0"u8),
            "backup", home.Source, "--files-from", "-", "--null-separator");
        var result = backup.Finish();
        Assert.Contains("gone: is listed, but there is no such file", result.Output + result.Errors);
        result.RequireExit(3);
        Assert.Equal(["a", "a/x.c", "d e", "d e/#f"], Stored(home));
    }

    [Theory]
    [InlineData("a/keep.o", "backed up", "decided by: --include */a/keep.o")]
    [InlineData("a/drop.o", "left out", "decided by: --exclude *.o")]
    [InlineData("c/lost", "left out", "decided by: --exclude-if-present .nobackup")]
    [InlineData("top", "backed up", "no rule matches it")]
    public void Explain_names_the_rule(string path, string verdict, string reason)
    {
        using var home = new CairnHome();
        Fill(home);
        var output = home.Run(
            "explain", Path.Combine(home.Source, path), "--source", home.Source, "--exclude-if-present", ".nobackup",
            "--include", $"{home.Source}/a/keep.o", "-e", "*.o").RequireExit(0).Output;
        Assert.Contains(verdict, output);
        Assert.Contains(reason.Replace("*/a/", home.Source + "/a/", StringComparison.Ordinal), output);
    }

    [Fact]
    public void A_rule_without_effect_is_refused_by_name()
    {
        using var home = new CairnHome();
        home.Init();
        Fill(home);
        var result = home.Run("backup", home.Source, "--include", "*.c", "--exclude", "**", "--exclude", "*.o");
        Assert.Contains("--exclude *.o is never reached", result.Errors);
        result.RequireExit(2);
    }

    static void Fill(CairnHome home)
    {
        foreach (var file in Files)
        {
            var path = Path.Combine(home.Source, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file);
        }
    }

    static List<string> Stored(CairnHome home)
    {
        var prefix = home.Source + "/";
        return [.. home.Run("--json", "ls", "-R", "latest").RequireExit(0).Output.Split('\n')
            .Where(line => line.Contains("\"type\":\"entry\"", StringComparison.Ordinal))
            .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("path").GetString()!)
            .Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .Select(path => path[prefix.Length..]).Order(StringComparer.Ordinal)];
    }
}
