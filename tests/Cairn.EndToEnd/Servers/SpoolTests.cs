using System.Diagnostics;
using Cairn.EndToEnd.Campaigns;
using Cairn.EndToEnd.FileSystems;

namespace Cairn.EndToEnd.Servers;

/// <summary>Backups into a spool and pushes out of it, as processes that are killed, onto real servers.</summary>
public sealed class SpoolTests(CephServer ceph, RcloneSftpServer sftp)
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_needs_no_server_and_a_push_that_is_killed_goes_on_INV_1()
    {
        using var home = await sftp.CreateHomeAsync();
        home.Init();
        S3Home.Fill(home, megabytes: 5);
        var spool = SpoolOf(home);
        home.Run("backup", home.Source, "--spool", spool).RequireExit(0);
        // From now on nobody answers.
        var right = home.Variables["RCLONE_CONFIG"];
        home.Variables["RCLONE_CONFIG"] = Path.Combine(home.Folder, "no configuration");
        Noise.WriteFile(Path.Combine(home.Source, "larger"), seed: 9, 300L << 20);
        var packs = Packs(spool).Count();
        using (var killed = home.Start("backup", home.Source, "--spool", spool))
        {
            await UntilAsync(() => Packs(spool).Count() > packs, "it stores nothing");
            Assert.False(killed.WaitFor(TimeSpan.Zero), "it was over before it could be killed");
            killed.Kill();
        }
        var spooled = home.Run("backup", home.Source, "--spool", spool).RequireExit(0);
        Assert.Contains("spooled, to be pushed", spooled.Output);
        home.Run("push", "--spool", spool).RequireExit(14);
        home.Variables["RCLONE_CONFIG"] = right;
        Assert.Contains("0 snapshots", home.Run("snapshots").RequireExit(0).Output);

        for (var i = 1; i <= 3; i++)
        {
            using var push = home.Start("push", "--spool", spool, "--limit-upload", "40M");
            if (push.WaitFor(TimeSpan.FromSeconds(i)))
                break;
            push.Kill();
        }
        home.Run("push", "--spool", spool).RequireExit(0);

        Assert.Contains("2 snapshots", home.Run("snapshots").RequireExit(0).Output);
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
        home.Run("check", "--read-data").RequireExit(0);
        Assert.Empty(Packs(spool));
        Assert.Contains("nothing to push", home.Run("push", "--spool", spool).RequireExit(0).Output);
    }

    [Fact]
    public async Task A_watch_makes_room_for_a_backup_that_is_larger_than_its_spool()
    {
        using var home = await S3Home.CreateAsync(ceph);
        home.Init();
        S3Home.Fill(home, megabytes: 200);
        var spool = SpoolOf(home);
        // Makes the spool, and is so small that the watch has to come.
        using var backup = home.Start("backup", home.Source, "--spool", spool, "--spool-size", "70M");
        await UntilAsync(() => File.Exists(Path.Combine(spool, "spool.json")), "no spool was made");
        using var watch = home.Start("push", "--watch", "--spool", spool, "--json");
        while (!backup.WaitFor(TimeSpan.FromMilliseconds(200)))
        {
            if (watch.WaitFor(TimeSpan.Zero))
                Assert.Fail($"the watch ended, and nobody makes room: {watch.Finish()}");
        }
        var done = backup.Finish().RequireExit(0);
        Assert.Contains("there is no room in the spool", done.Errors);
        await UntilAsync(
            () => home.Run("snapshots").RequireExit(0).Output.Contains("1 snapshot", StringComparison.Ordinal),
            "the watch did not commit");
        var second = home.Run("push", "--spool", spool).RequireExit(1);
        Assert.Contains("another push is at work", second.Errors);
        Interrupt(watch);
        Assert.Contains("\"outcome\":\"committed\"", watch.Finish().RequireExit(130).Output);
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
        home.Run("check", "--read-data").RequireExit(0);
        Assert.Empty(Packs(spool));
    }

    [Fact]
    public void A_full_disk_blocks_a_backup_until_a_push_has_made_room()
    {
        using var home = new CairnHome();
        home.Init();
        S3Home.Fill(home, megabytes: 150);
        using var disk = new LoopDisk("ext4", "90M");
        var spool = Path.Combine(disk.Path, "spool");
        using var backup = home.Start("backup", home.Source, "--spool", spool);
        Assert.False(backup.WaitFor(TimeSpan.FromSeconds(6)), "it did not wait");
        var waiting = Stopwatch.StartNew();
        while (!backup.WaitFor(TimeSpan.FromMilliseconds(200)))
        {
            home.Run("push", "--spool", spool).RequireExit(0);
            Assert.True(waiting.Elapsed < Patience, "it goes on waiting");
        }
        Assert.Contains("there is no room in the spool", backup.Finish().RequireExit(0).Errors);
        home.Run("push", "--spool", spool).RequireExit(0);
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
        home.Run("check", "--read-data").RequireExit(0);
    }

    [Fact]
    public void A_spool_is_for_one_repository_and_one_host()
    {
        using var home = new CairnHome();
        using var other = new CairnHome();
        home.Init();
        other.Init();
        File.WriteAllText(Path.Combine(home.Source, "file"), "content");
        var spool = SpoolOf(home);
        home.Run("backup", home.Source, "--spool", spool).RequireExit(0);
        Refused(other.Run("backup", home.Source, "--spool", spool), "is for the repository at");
        Refused(other.Run("push", "--spool", spool), "belongs to the repository");
        Refused(home.Run("push", "--spool", home.Source), "is no spool");
        Refused(home.Run("backup", home.Source, "--spool-size", "5G"), "--spool-size is for a backup into a spool");
        Refused(home.Run("backup", home.Source, "--hot-below", "5K"), "--hot-below is for data in a storage class");
        home.Run("push", "--spool", spool).RequireExit(0);
        Assert.Contains("1 snapshot", home.Run("snapshots").RequireExit(0).Output);
        // The spool itself is never backed up.
        var all = home.Run("backup", home.Folder, "--spool", spool).RequireExit(0);
        Assert.Contains("leaving out the spool", all.Errors);
        // What is only spooled is missed by nobody who checks here.
        home.Run("check").RequireExit(0);
    }

    static string SpoolOf(CairnHome home) => Path.Combine(home.Folder, "spool");

    static IEnumerable<string> Packs(string spool) =>
        Directory.EnumerateFiles(spool, "*", SearchOption.AllDirectories)
            .Where(file => file.Contains("/packs/", StringComparison.Ordinal));

    static void Refused(CairnResult result, string message) =>
        Assert.Contains(message, result.RequireExit(2).Errors);

    static async Task UntilAsync(Func<bool> condition, string message)
    {
        var waiting = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waiting.Elapsed < Patience, message);
            await Task.Delay(20, Token);
        }
    }

    // Not SIGINT: who runs the tests in the background may have it ignored.
    static void Interrupt(CairnProcess process) => Programs.Run("kill", "-TERM", $"{process.Id}");
}
