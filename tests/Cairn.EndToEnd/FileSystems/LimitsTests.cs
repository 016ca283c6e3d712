using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.FileSystems;

/// <summary>
/// Where a machine does not do as told: what can be done is done, the rest is said, and the code is right.
/// </summary>
public sealed class LimitsTests : IDisposable
{
    const int Nobody = 65534;
    readonly CairnHome _home = new();

    public LimitsTests() => _home.Init();

    string Target => Path.Combine(_home.Folder, "t");

    [Fact]
    public void Five_hundred_levels_and_paths_beyond_any_limit_come_back()
    {
        Run(_home.Source, "n=$(printf 'x%.0s' {1..60}); for i in {1..500};"
            + " do mkdir $n-$i; cd -P $n-$i; echo $i > f; done");
        _home.Run("backup", _home.Source).RequireExit(0);
        _home.Run("restore", $"latest:{_home.Source}", "--target", Target).RequireExit(0);
        const string facts = "find . -printf '%f %m %T@ %s\\n' | sort | sha256sum; find . | wc -l";
        Assert.Equal(Run(_home.Source, facts), Run(Target, facts));
        Assert.Contains("1001", Run(Target, facts), StringComparison.Ordinal);
        Run(_home.Folder, "rm -rf source/x* t");
    }

    [Fact]
    [Trait("kind", "slow")]
    public void A_million_files_in_one_directory_come_back_in_bounded_memory_INV_8()
    {
        const long memoryMax = 400L << 20;
        Run(_home.Source, "seq -f 'file-%.0f' 1 1000000 | xargs touch;"
            + " for i in {1..1000}; do echo $i > file-$((i * 997)); done");
        var backup = _home.Run("backup", _home.Source).RequireExit(0);
        Assert.InRange(backup.PeakMemoryBytes, 1, memoryMax);
        var again = _home.Run("backup", "--json", _home.Source).RequireExit(0);
        Assert.Contains("\"filesNew\":0,\"filesChanged\":0,\"filesUnchanged\":1000000", again.Output);
        Assert.InRange(again.PeakMemoryBytes, 1, memoryMax);
        var restore = _home.Run("restore", $"latest:{_home.Source}", "--target", Target).RequireExit(0);
        Assert.InRange(restore.PeakMemoryBytes, 1, memoryMax);
        const string facts = "find . -printf '%f %m %T@ %s\\n' | sort | sha256sum; ls -U | wc -l;"
            + " find . -size +0 -type f -print0 | sort -z | xargs -0 cat | sha256sum";
        Assert.Equal(Run(_home.Source, facts), Run(Target, facts));
        TestContext.Current.SendDiagnosticMessage(string.Join("; ", new[] { backup, again, restore }.Select(
            run => $"{run.Elapsed.TotalSeconds:F1} s, {run.PeakMemoryBytes >> 20} MiB")));
    }

    [Fact]
    public void An_ordinary_user_keeps_what_he_may_and_hears_once_what_he_may_not()
    {
        using var disk = new LoopDisk("ext4", "1G");
        disk.Run($"mkdir zoo && cd zoo && {Zoo.Script}");
        _home.Run("backup", $"{disk.Path}/zoo").RequireExit(0);
        disk.Run($"mkdir t; chown {Nobody} t; chmod a+rx .. .");
        Run(_home.Folder, "chmod -R a+rX repository; chmod a+rx .");
        var target = $"{disk.Path}/t/new";
        var result = AsNobody("restore", $"latest:{disk.Path}/zoo", "--target", target).RequireExit(1);
        // Devices cannot be made at all; everything else is there.
        Assert.Contains("b: cannot be created", result.Errors, StringComparison.Ordinal);
        Assert.Contains("2 entries are not restored", result.Errors, StringComparison.Ordinal);
        foreach (var part in (string[])["the owner", "the inode flags", "attribute trusted.*", "the file capabilities"])
            Assert.Contains($"{part} could not be set", result.Errors, StringComparison.Ordinal);
        Assert.InRange(result.Errors.Split('\n').Length, 5, 20);
        Assert.Equal("", disk.Run(
            $"rsync -rltHn --delete --checksum --itemize-changes zoo/ {target}/ | grep -v '^skipping' || true"));
        Assert.Equal(
            "755 nobody\n1777 nobody\nuser.comment=\"hello\"\n------d\n",
            Run(target,
                "stat -c '%a %U' suid sticky; getfattr -d h1 | grep user; lsattr nodump | cut -c 1-7"));
        disk.Run(Zoo.Undo);
    }

    [Fact]
    public void An_ordinary_user_backs_up_what_he_can_read_and_says_the_rest()
    {
        RequireRoot();
        Run(_home.Source, "echo x > readable; echo x > secret; chmod 600 secret; mkdir -m 700 closed;"
            + " echo x > closed/x; chmod 755 .");
        Run(_home.Folder, $"chmod 755 .; for d in CONFIG STATE repository; do mkdir -p $d; chown -R {Nobody} $d; done");
        var result = AsNobody("backup", _home.Source).RequireExit(3);
        Assert.Contains("secret: cannot be opened: permission denied", result.Errors, StringComparison.Ordinal);
        Assert.Contains("closed: cannot be listed: permission denied", result.Errors, StringComparison.Ordinal);
        Assert.Contains("/readable", _home.Run("ls", $"latest:{_home.Source}").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_takes_nothing_costs_what_belongs_into_it()
    {
        RequireRoot();
        Run(_home.Source, "mkdir a b; echo 1 > a/1; echo 2 > b/2; chmod -R a+rX .");
        _home.Run("backup", _home.Source).RequireExit(0);
        Run(_home.Folder, $"mkdir -p t/a; chown {Nobody} t; chmod 555 t/a; chmod a+rx .; chmod -R a+rX repository");
        var result = AsNobody("restore", $"latest:{_home.Source}", "--target", Target, "--overwrite").RequireExit(1);
        Assert.Contains("a/1: cannot be created: permission denied", result.Errors, StringComparison.Ordinal);
        Assert.Equal("2\n", Run(Target, "cat b/2"));
    }

    [Fact]
    public void A_full_disk_ends_the_restore_and_more_room_continues_it()
    {
        using var disk = new LoopDisk("ext4", "16M");
        Run(_home.Source, "for i in {1..40}; do head -c 700000 /dev/urandom > f$i; done");
        _home.Run("backup", _home.Source).RequireExit(0);
        var target = $"{disk.Path}/t";
        var full = _home.Run("restore", $"latest:{_home.Source}", "--target", target).RequireExit(1);
        Assert.Contains("no space left on device", full.Errors, StringComparison.Ordinal);
        Assert.Equal("", disk.Run($"cd t; for f in * .cairn*; do [ ! -e $f ] || cmp $f {_home.Source}/$f; done"));
        disk.Run("cd ..; umount mounted; truncate -s 64M image; e2fsck -fy image >/dev/null 2>&1; resize2fs image"
            + " >/dev/null 2>&1; mount -o loop image mounted");
        _home.Run("restore", $"latest:{_home.Source}", "--target", target, "--overwrite").RequireExit(0);
        AssertMirrored(target);
    }

    [Fact]
    public void A_name_too_long_for_the_target_costs_that_file()
    {
        var name = new string('n', 300);
        Run(_home.Source, "echo 1 > fine");
        _home.Run("backup", _home.Source).RequireExit(0);
        using (var backup = _home.StartWithInput(input => input.Write("x"u8), "backup", "--stdin", name))
            backup.Finish().RequireExit(0);
        var result = _home.Run("restore", "latest", "--target", Target).RequireExit(1);
        Assert.Contains(": file name too long", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restore_that_is_killed_is_continued_and_leaves_nothing_behind()
    {
        Run(_home.Source, "for i in {1..400}; do mkdir -p d$((i % 20)); head -c 60000 /dev/urandom > d$((i % 20))/f$i;"
            + " done; ln d1/f1 d2/link; head -c 20000000 /dev/urandom > large; chmod 555 d3");
        _home.Run("backup", _home.Source).RequireExit(0);
        var random = new Random(1);
        var usual = TimeSpan.FromSeconds(1);
        for (var i = 0; i < 5; i++)
        {
            using (var restore = _home.Start("restore", $"latest:{_home.Source}", "--target", Target, "--overwrite"))
            {
                if (!restore.WaitFor(usual * random.NextDouble()))
                    restore.Kill();
                restore.Finish();
            }
            // Whatever has its own name is whole.
            Assert.Equal("", Run(_home.Folder, "[ ! -d t ] || (cd t; find . -type f ! -name '.cairn-restore-*'"
                + " -exec sh -c 'cmp -s \"$1\" \"../source/$1\" || echo \"$1\"' sh {} \\;)"));
        }
        _home.Run("restore", $"latest:{_home.Source}", "--target", Target, "--overwrite").RequireExit(0);
        AssertMirrored(Target);
    }

    public void Dispose() => _home.Dispose();

    // The target was there before, and keeps its own time.
    void AssertMirrored(string target) => Assert.Equal(
        "", Rsync.Differences(_home.Source, target).Replace(".d..t...... ./\n", "", StringComparison.Ordinal));

    static void RequireRoot()
    {
        if (Environment.UserName != "root")
            Assert.Skip("becoming somebody else needs root");
    }

    CairnResult AsNobody(params string[] arguments)
    {
        Run(_home.Folder, $"for d in CONFIG STATE CACHE DATA; do mkdir -p $d; chown -R {Nobody} $d; done");
        return _home.RunUnder(
            ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--inh-caps=-all"], arguments);
    }

    string Run(string folder, string script)
    {
        var (output, status) = Shell.Run(script, folder, _home.Folder);
        Assert.True(status == 0, $"{script}\n{output}");
        return output;
    }
}
