using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.FileSystems;

/// <summary>Everything about a file comes back, on real file systems and judged by the system's own tools.</summary>
public class MetadataTests
{
    [Theory]
    [InlineData("ext4"), InlineData("btrfs")]
    public void A_zoo_of_all_there_is_comes_back_equal_INV_1(string fileSystem)
    {
        using var disk = new LoopDisk(fileSystem, "1G");
        using var home = new CairnHome();
        disk.Run($"mkdir zoo && cd zoo && {Zoo.Script}");
        home.Init();
        home.Run("backup", $"{disk.Path}/zoo").RequireExit(0);
        var restore = home.Run("restore", $"latest:{disk.Path}/zoo", "--target", $"{disk.Path}/out").RequireExit(0);
        Assert.DoesNotContain("could not", restore.Errors, StringComparison.Ordinal);
        try
        {
            Assert.Equal("", Difference(disk, "zoo", "out"));
            // An unchanged tree is found unchanged, and a finished restore finds nothing to do.
            var second = home.Run("backup", "--json", $"{disk.Path}/zoo").RequireExit(0);
            Assert.Contains("\"filesNew\":0,\"filesChanged\":0", second.Output, StringComparison.Ordinal);
            var again = home.Run(
                "restore", $"latest:{disk.Path}/zoo", "--target", $"{disk.Path}/out", "--overwrite", "--json");
            Assert.Contains("\"files\":0,", again.RequireExit(0).Output, StringComparison.Ordinal);
            Assert.Equal("", Difference(disk, "zoo", "out"));
        }
        finally
        {
            disk.Run(Zoo.Undo);
        }
    }

    [Fact]
    public void A_tar_of_the_zoo_has_attributes_that_others_read_and_verify_compares_them()
    {
        using var disk = new LoopDisk("ext4", "1G");
        using var home = new CairnHome();
        disk.Run($"mkdir zoo && cd zoo && {Zoo.Script}");
        try
        {
            // A tar has no holes, and GNU tar takes from no file what it inherits.
            disk.Run("rm zoo/sparse zoo/acl-dir/without");
            home.Init();
            home.Run("backup", $"{disk.Path}/zoo").RequireExit(0);
            home.Run("verify", $"latest:{disk.Path}/zoo").RequireExit(0);
            var (output, status) = Shell.Run(
                $"CAIRN_PASSPHRASE='{CairnHome.Passphrase}' XDG_CONFIG_HOME=$HOME/CONFIG XDG_STATE_HOME=$HOME/STATE"
                + $" cairn -r {home.Repository} dump latest:{disk.Path}/zoo > dumped.tar && mkdir out && cd out"
                + " && tar -x --xattrs --xattrs-include='*' --numeric-owner -f ../dumped.tar",
                disk.Path, home.Folder);
            Assert.True(status == 0, output);
            // GNU tar sets no inode flags, and can give links and special files no attributes.
            Assert.Equal("", disk.Run($"chattr -R -f -iad zoo || true; {TarFacts}"));
            Assert.Contains("SCHILY.fflags=sappnd,schg", disk.Run("grep -ao 'SCHILY.fflags=[a-z,]*' dumped.tar"));
            // Each of these is found.
            disk.Run("cd zoo; setfattr -n user.comment -v other h1; setfacl -x u:1234 acl; setcap -r cap;"
                + " chattr +d empty");
            var changed = home.Run("verify", $"latest:{disk.Path}/zoo").RequireExit(5).Output;
            foreach (var name in (string[])["h1", "acl", "cap"])
                Assert.Matches($"/{name}  .*attributes", changed);
            Assert.Matches("/empty  flags", changed);
        }
        finally
        {
            disk.Run(Zoo.Undo);
        }
    }

    const string TarFacts = """
        facts() {
          find . -type f -print0 -o -type d -print0 | sort -z | xargs -0 getfattr -h -d -m - 2>/dev/null
          find . ! -type l -print0 | sort -z | xargs -0 getfacl -n 2>/dev/null
        }
        diff <(cd zoo && facts) <(cd out && facts)
        """;

    [Fact]
    public void A_mirror_of_the_zoo_is_made_of_something_else()
    {
        using var disk = new LoopDisk("ext4", "1G");
        using var home = new CairnHome();
        disk.Run($"mkdir zoo && cd zoo && {Zoo.Script}");
        home.Init();
        home.Run("backup", $"{disk.Path}/zoo").RequireExit(0);
        // Directories where files belong and the other way round, links to elsewhere, things of nobody.
        disk.Run(
            "mkdir -p out/h1/x out/sub/tree outside; echo o > outside/kept; ln -s ../outside out/d; ln -s / out/suid;"
            + " echo f > out/empty-dir; echo f > out/deep; mkfifo out/extra;"
            + " chattr +i out/h1/x; setfacl -m u:9:r out/sub;"
            + " touch -d 2011-11-11T11:11:11 out");
        home.Run(
            "restore", $"latest:{disk.Path}/zoo", "--target", $"{disk.Path}/out", "--delete", "--yes").RequireExit(0);
        disk.Run("touch -r zoo out; chmod --reference=zoo out");
        try
        {
            Assert.Equal("", Difference(disk, "zoo", "out"));
            Assert.Equal("kept\n", disk.Run("ls outside"));
        }
        finally
        {
            disk.Run(Zoo.Undo);
        }
    }

    [Fact]
    public void A_terabyte_of_hole_costs_nothing()
    {
        using var disk = new LoopDisk("ext4", "200M");
        using var home = new CairnHome();
        home.Init();
        disk.Run("mkdir a; truncate -s 1T a/huge; for i in 0 300 700 1023; do"
            + " head -c 256K /dev/urandom | dd of=a/huge bs=256K seek=$((i * 4096)) conv=notrunc status=none; done");
        var backup = home.Run("backup", "--json", $"{disk.Path}/a").RequireExit(0);
        Assert.Contains("\"bytesRead\":1048576,", backup.Output, StringComparison.Ordinal);
        home.Run("restore", $"latest:{disk.Path}/a", "--target", $"{disk.Path}/b").RequireExit(0);
        Assert.Equal("", disk.Run(
            "a=a; b=b; f='%s %b'; [ \"$(stat -c \"$f\" a/huge)\" = \"$(stat -c \"$f\" b/huge)\" ] || echo size;"
            + " for i in 0 300 700 1023; do cmp -n 256K -i $((i * 4096 * 262144)) a/huge b/huge; done"));
    }

    [Fact]
    public void Some_names_of_a_file_are_linked_and_the_others_are_not_missed()
    {
        using var home = new CairnHome();
        home.Init();
        Shell.Run("mkdir a b c; echo x > a/1; ln a/1 a/2; ln a/1 b/3; ln a/1 c/4", home.Source, home.Folder);
        home.Run("backup", home.Source).RequireExit(0);
        var target = Path.Combine(home.Folder, "t");
        home.Run("restore", $"latest:{home.Source}", "--target", target, "--include", "2", "--include", "c")
            .RequireExit(0);
        var (output, _) = Shell.Run("find . | sort; stat -c %h a/2; [ a/2 -ef c/4 ] && cat c/4", target, home.Folder);
        Assert.Equal(".\n./a\n./a/2\n./c\n./c/4\n2\nx\n", output);
    }

    [Fact]
    public void The_time_of_creation_is_recorded_and_shown()
    {
        using var home = new CairnHome();
        home.Init();
        File.WriteAllText(Path.Combine(home.Source, "f"), "x");
        File.SetLastWriteTimeUtc(Path.Combine(home.Source, "f"), new DateTime(2001, 2, 3));
        home.Run("backup", home.Source).RequireExit(0);
        var (born, _) = Shell.Run("stat -c %W f", home.Source, home.Folder);
        var list = home.Run("ls", "--json", $"latest:{home.Source}").RequireExit(0);
        Assert.Contains($"\"bornSeconds\":{born.Trim()},", list.Output, StringComparison.Ordinal);
        Assert.Contains("2001-02-03", home.Run("ls", "-l", $"latest:{home.Source}").Output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "2001-02-03", home.Run("ls", "--created", $"latest:{home.Source}").Output, StringComparison.Ordinal);
    }

    static string Difference(LoopDisk disk, string a, string b) => disk.Run($"a={a}; b={b}; {Zoo.Compare}\ntrue");
}
