using System.Globalization;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.FileSystems;

/// <summary>Ten generations of a tree that changes in every way there is, each restored at its time.</summary>
public class HistoryTests
{
    static readonly string[] Changes =
    [
        "mkdir -p d1 d2/sub; for i in 1 2 3 4 5; do echo file $i > d1/f$i; done;"
            + " head -c 400000 /dev/zero | tr '\\0' x"
            + " > big; ln -s d1 link; mkfifo pipe; echo t > becomes-dir; mkdir becomes-file; echo m > mode;"
            + " echo o > owner",
        "mv d1/f1 d1/renamed; mv d1/f2 d2/; echo more >> d1/f3; echo new > d2/sub/new",
        "rm becomes-dir; mkdir becomes-dir; echo in > becomes-dir/x; rmdir becomes-file; echo now > becomes-file;"
            + " rm link; ln -s d2 link",
        "rm -r d2/sub; chmod 600 mode; chown 12:34 owner 2>/dev/null || chmod 640 owner",
        "mkdir d2/sub; echo again > d2/sub/new; touch -d 2001-01-01 d1/f4; touch -hd 2002-02-02 link",
        "(echo front; cat big) > b2; mv b2 big; cp -p d1/f5 s; printf 'FILE 5\\n' > d1/f5; touch -r s d1/f5; rm s",
        "truncate -s 100000 big; rm becomes-file; ln -s nowhere becomes-file; ln d1/f3 d1/hard",
        "rm -r becomes-dir; mkfifo becomes-dir; echo cut > d1/f3; setfattr -n user.g -v 7 mode; setfacl -m u:9:r mode",
        "mv d2 d3; rm pipe; mkdir pipe; chmod 4755 d1/f4; rm d1/hard",
        ": > big; find . -name f\\* -delete; chmod 1777 d1; touch -d 1950-01-01 .",
    ];

    [Fact]
    public void Ten_generations_are_each_restored_at_their_time_INV_1()
    {
        using var home = new CairnHome();
        home.Init();
        var times = new List<string>();
        for (var i = 0; i < Changes.Length; i++)
        {
            Run(home, home.Source, Changes[i]);
            Run(home, home.Folder, $"cp -a source kept-{i}");
            var backup = home.Run("backup", home.Source).RequireExit(0);
            Assert.Contains("saved", backup.Output + backup.Errors, StringComparison.Ordinal);
            // The next one is at least a second later: @TIME has no smaller steps.
            times.Add(DateTime.UtcNow.AddSeconds(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            Run(home, home.Folder, "sleep 1.1");
        }
        for (var i = 0; i < Changes.Length; i++)
        {
            Run(home, home.Folder, "rm -rf restored");
            var snapshot = $"@{times[i]}:{home.Source}";
            home.Run("restore", snapshot, "--target", Path.Combine(home.Folder, "restored")).RequireExit(0);
            Assert.Equal("", Run(home, home.Folder, $"a=kept-{i}; b=restored; {Zoo.Compare}\ntrue"));
        }
    }

    [Fact]
    public void An_edit_of_the_same_size_with_its_time_set_back_is_caught_and_metadata_alone_is_no_new_data()
    {
        using var home = new CairnHome();
        home.Init();
        Run(home, home.Source, "head -c 50000 /dev/urandom > f; echo aaaa > small; sleep 2.1");
        home.Run("backup", home.Source).RequireExit(0);
        Assert.Equal((0, 0, 2), Counted(home));
        Run(home, home.Source, "cp -p small s; echo bbbb > small; touch -r s small; rm s");
        Assert.Equal((0, 1, 1), Counted(home));
        Assert.Equal("bbbb\n", home.Run("dump", $"latest:{home.Source}/small").RequireExit(0).Output);
        var change = Environment.UserName == "root"
            ? "chmod 600 f; chown 7:7 small; setfacl -m u:3:r small"
            : "chmod 600 f; setfacl -m u:3:r small";
        Run(home, home.Source, $"{change}; sleep 2.1");
        Assert.Equal((0, 2, 0), Counted(home, storesNothing: true));
        Assert.Equal((0, 0, 2), Counted(home));
        // What moves the change time alone can be told not to count.
        Run(home, home.Source, "chmod 644 f; chmod 600 f; sleep 2.1");
        Assert.Equal("0", BytesRead(home, "--ignore-ctime"));
        Assert.NotEqual("0", BytesRead(home, "--force"));
        Assert.NotEqual("0", BytesRead(home, "--read-all"));
    }

    [Fact]
    public void Another_device_number_can_be_told_not_to_count()
    {
        using var disk = new LoopDisk("ext4", "16M");
        using var home = new CairnHome();
        home.Init();
        disk.Run("head -c 50000 /dev/urandom > f; sync; sleep 3");
        home.Run("backup", disk.Path).RequireExit(0);
        // Something else takes the number that this file system had, after some tries where others take numbers too.
        disk.Run("cd ..; number=$(mountpoint -d mounted); umount mounted; truncate -s 1M other;"
            + " for i in $(seq 50); do losetup -f other; mount -o loop image mounted;"
            + " [ \"$(mountpoint -d mounted)\" = $number ] || break; umount mounted; done;"
            + " losetup -d $(losetup -n -O NAME -j other)");
        string[] backup = ["backup", "--json", "--dry-run", disk.Path];
        Assert.Equal("0", Number(home.Run([.. backup, "--ignore-inode"]).RequireExit(0).Output, "bytesRead"));
        Assert.Equal("50000", Number(home.Run(backup).RequireExit(0).Output, "bytesRead"));
    }

    static (int New, int Changed, int Unchanged) Counted(CairnHome home, bool storesNothing = false)
    {
        var output = home.Run("backup", "--json", home.Source).RequireExit(0).Output;
        if (storesNothing) // but the manifest
            Assert.InRange(int.Parse(Number(output, "bytesStoredPlain")!), 1, 2000);
        return (int.Parse(Number(output, "filesNew")!), int.Parse(Number(output, "filesChanged")!),
            int.Parse(Number(output, "filesUnchanged")!));
    }

    static string BytesRead(CairnHome home, params string[] options) =>
        Number(home.Run(["backup", "--json", home.Source, .. options]).RequireExit(0).Output, "bytesRead")!;

    static string? Number(string output, string name)
    {
        var at = output.LastIndexOf($"\"{name}\":", StringComparison.Ordinal);
        return at < 0 ? null : output[(at + name.Length + 3)..].Split(',', '}')[0];
    }

    static string Run(CairnHome home, string folder, string script)
    {
        var (output, status) = Shell.Run(script, folder, home.Folder);
        Assert.True(status == 0, $"{script}\n{output}");
        return output;
    }
}
