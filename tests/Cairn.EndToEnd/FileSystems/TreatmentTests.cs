using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.FileSystems;

/// <summary>What is done with files besides backing them up: links followed, what went kept, levels chosen.</summary>
public sealed class TreatmentTests : IDisposable
{
    readonly CairnHome _home = new();

    public TreatmentTests() => _home.Init();

    [Fact]
    public void Followed_links_are_restored_as_what_they_led_to()
    {
        Run(_home.Folder, "mkdir far; echo far > far/f; chmod 640 far/f; ln -s ../far source/l; ln -s l/f source/ff;"
            + " ln -s .. source/loop; ln -s nowhere source/gone; ln -s ../repository source/own");
        var backup = _home.Run("backup", "--follow-symlinks", _home.Source).RequireExit(0);
        foreach (var part in (string[])
            [
                "loop: is a link to a directory above", "gone: is a link that leads nowhere",
                "own: is a folder of Cairn's",
            ])
            Assert.Contains(part, backup.Output + backup.Errors, StringComparison.Ordinal);
        _home.Run("verify", "--follow-symlinks", $"latest:{_home.Source}").RequireExit(0);
        var target = _home.Restore("latest");
        Run(_home.Folder, "rm source/own; cp -aL source/l expected-l; cp -aL source/ff expected-ff");
        Assert.Equal("", Run(_home.Folder, $"rsync -rlptgoHn --delete --itemize-changes expected-l/ {target}/l/"));
        Assert.Equal("", Run(_home.Folder, $"cmp expected-ff {target}/ff; readlink {target}/ff || true"));
        Assert.Equal("..\nnowhere\n", Run(target, "readlink loop gone"));
        Assert.Contains("kind", _home.Run("verify", $"latest:{_home.Source}").RequireExit(5).Output);
        // Nothing has changed, and without the option they are links again.
        var second = _home.Run("backup", "--json", "--follow-symlinks", _home.Source).RequireExit(0).Output;
        Assert.Contains("\"filesNew\":0,\"filesChanged\":0", second, StringComparison.Ordinal);
        _home.Run("backup", _home.Source).RequireExit(0);
        Assert.Contains(
            "l -> ../far", _home.Run("ls", "-l", $"latest:{_home.Source}").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_to_be_kept_stays_in_later_snapshots_says_so_and_comes_back()
    {
        Run(_home.Source, "mkdir -p old/deep; head -c 3M /dev/urandom > old/deep/a.log; echo b > old/b.txt;"
            + " echo c > c.log");
        var whole = Run(_home.Source, "sha256sum old/deep/a.log");
        string[] backup = ["backup", "--skip-delete", "*.log", _home.Source];
        _home.Run(backup).RequireExit(0);
        Run(_home.Source, "rm -r old");
        for (var i = 0; i < 2; i++)
        {
            _home.Run(backup).RequireExit(0);
            var listed = _home.Run("ls", "-lR", $"latest:{_home.Source}").RequireExit(0).Output;
            Assert.Contains("/old/deep/a.log  (gone, kept)", listed, StringComparison.Ordinal);
            Assert.DoesNotContain("b.txt", listed, StringComparison.Ordinal);
            Assert.DoesNotContain("c.log  (", listed, StringComparison.Ordinal);
        }
        Assert.Contains("\"kept\"", _home.Run("ls", "--json", "-R", "latest").Output, StringComparison.Ordinal);
        _home.Run("verify", $"latest:{_home.Source}").RequireExit(0);
        _home.Run("check", "--read-data").RequireExit(0);
        Assert.Equal(whole, Run(_home.Restore("latest"), "sha256sum old/deep/a.log"));
        // With nothing known of the former snapshot nothing can be kept, and that is said.
        Run(_home.Folder, "rm -r STATE");
        var lost = _home.Run(backup).RequireExit(3);
        Assert.Contains("no longer knows the previous snapshot", lost.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Levels_change_the_size_of_what_is_stored_and_not_what_is_known()
    {
        Run(_home.Source, "seq 1 700000 > numbers.raw; cp numbers.raw numbers.txt");
        var plain = _home.Run("backup", "--json", "--compress", "*.raw=none", "--compress", "*=none", _home.Source);
        Assert.InRange(_home.RepositoryBytes(), 4_000_000, 20_000_000);
        var before = _home.PackCount();
        plain.RequireExit(0);
        _home.Run("backup", "--read-all", "--compress", "*=19", _home.Source).RequireExit(0);
        Assert.InRange(_home.PackCount(), before, before + 1);
        _home.Run("check", "--read-data").RequireExit(0);
        foreach (var wrong in (string[])["*.raw", "*.raw=20", "[=3"])
            Assert.Contains(
                "compress:", _home.Run("backup", "--compress", wrong, _home.Source).RequireExit(2).Errors,
                StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_has_all_of_it_too_and_its_rules_in_order()
    {
        Run(_home.Folder, "mkdir far CONFIG CONFIG/cairn; echo f > far/f; ln -s ../far source/l; cd source;"
            + " echo 1 > keep.o; echo 1 > drop.o; echo 1 > x.log; mkdir cache; echo big > cache/big");
        File.WriteAllText(Path.Combine(_home.Folder, "CONFIG/cairn/config.yaml"), $$"""
            repository: {{_home.Repository}}
            jobs:
              all:
                paths: [{{_home.Source}}]
                rules: ["include {{_home.Source}}/keep.o", "exclude *.o", "exclude-if-present big"]
                follow-symlinks: true
                skip-delete: ["*.log"]
                compress: ["*=none"]
                ignore-ctime: true
                ignore-inode: true
                lock-wait: 5s
            """);
        Assert.Contains("no mistakes", _home.Run("config", "check").RequireExit(0).Output, StringComparison.Ordinal);
        _home.Run("backup", "--job", "all").RequireExit(0);
        // Another change time alone: not read again.
        Run(_home.Source, "chmod u=rw keep.o; rm x.log");
        var second = _home.Run("backup", "--json", "--job", "all").RequireExit(0).Output;
        Assert.Contains("\"bytesRead\":0,", second, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"job\"", second, StringComparison.Ordinal);
        var listed = _home.Run("ls", "-R", $"latest:{_home.Source}").RequireExit(0).Output.Split('\n');
        Assert.Equal(
            ["keep.o", "l", "l/f", "x.log"],
            listed.Where(line => line.Length > _home.Source.Length).Select(line => line[(_home.Source.Length + 1)..])
                .Order(StringComparer.Ordinal));
        Assert.Contains(
            "decided by: exclude *.o (", _home.Run("explain", "--job", "all", $"{_home.Source}/drop.o").Output,
            StringComparison.Ordinal);
        _home.Run("backup", "--job", "all", "--follow-symlinks").RequireExit(2);
    }

    [Fact]
    public void A_lock_is_waited_for_as_long_as_the_job_says()
    {
        Run(_home.Folder, "mkdir -p CONFIG/cairn; echo 1 > source/locked");
        File.WriteAllText(
            Path.Combine(_home.Folder, "CONFIG/cairn/config.yaml"),
            $"repository: {_home.Repository}\njobs:\n  a: {{paths: [{_home.Source}], lock-wait: 1s}}\n");
        using var locked = File.Open(
            Path.Combine(_home.Source, "locked"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var result = _home.Run("backup", "--job", "a").RequireExit(0);
        Assert.Contains("was locked by another program", result.Output + result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_says_where_another_file_system_begins()
    {
        using var disk = new LoopDisk("ext4", "16M");
        disk.Run("mkdir sub; echo 1 > sub/f");
        var source = Path.GetDirectoryName(disk.Path)!;
        string[] explain = ["explain", "--source", source, "-x"];
        Assert.Contains(
            "not entered: another file system", _home.Run([.. explain, disk.Path]).RequireExit(0).Output);
        var below = _home.Run([.. explain, $"{disk.Path}/sub/f"]).RequireExit(0).Output;
        Assert.Contains("left out", below, StringComparison.Ordinal);
        Assert.Contains("it lies on another file system than the source", below, StringComparison.Ordinal);
        Assert.Contains(
            "backed up", _home.Run("explain", "--source", source, $"{disk.Path}/sub/f").Output,
            StringComparison.Ordinal);
        // As the backup does.
        _home.Run("backup", "-x", source).RequireExit(0);
        var listed = _home.Run("ls", "-R", $"latest:{source}").Output;
        Assert.Contains(disk.Path, listed, StringComparison.Ordinal);
        Assert.DoesNotContain("sub", listed, StringComparison.Ordinal);
    }

    public void Dispose() => _home.Dispose();

    string Run(string folder, string script)
    {
        var (output, status) = Shell.Run(script, folder, _home.Folder);
        Assert.True(status == 0, $"{script}\n{output}");
        return output;
    }
}
