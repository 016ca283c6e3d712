using System.Diagnostics;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd.Servers;

/// <summary>The real executable against what rclone reaches, and what can be wrong with that.</summary>
public sealed class RcloneBackupTests(RcloneLocalServer local, RcloneSftpServer sftp, RcloneWebDavServer webDav)
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    static int Megabytes => (int)Scale.Of("CAIRN_RCLONE_MIB", 40);

    [Theory]
    [InlineData("rclone")]
    [InlineData("SFTP")]
    [InlineData("WebDAV")]
    public async Task A_tree_goes_there_and_comes_back_the_same_INV_1(string name)
    {
        var server = ((RcloneServer[])[local, sftp, webDav]).Single(server => server.Name == name);
        using var home = await server.CreateHomeAsync();
        home.Init();
        S3Home.Fill(home, Megabytes);
        home.Run("backup", home.Source).RequireExit(0);
        File.WriteAllText(Path.Combine(home.Source, "changing"), Noise.Text(seed: 1, words: 1000));
        home.Run("backup", home.Source).RequireExit(0);
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
        home.Run("check", "--read-data").RequireExit(0);
        var doctor = home.Run("doctor").RequireExit(0);
        Assert.Contains("power cuts", doctor.Output);
        Assert.Empty(server.FindProcesses(home));
    }

    [Fact]
    public async Task An_rclone_that_dies_is_started_again_and_ends_no_backup()
    {
        using var home = await sftp.CreateHomeAsync();
        home.Init();
        S3Home.Fill(home, Megabytes);
        using (var backup = home.Start("--limit-upload", "8M", "backup", home.Source))
        {
            var first = await FindAsync(sftp, home);
            Assert.False(backup.WaitFor(TimeSpan.FromSeconds(1)), "it was over before rclone could be killed");
            Kill(first);
            backup.Finish().RequireExit(0);
        }
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
        home.Run("check", "--read-data").RequireExit(0);
    }

    [Fact]
    public async Task A_killed_backup_takes_rclone_with_it_and_the_next_one_completes_INV_1()
    {
        using var home = await local.CreateHomeAsync();
        home.Init();
        S3Home.Fill(home, Megabytes);
        using (var backup = home.Start("--limit-upload", "8M", "backup", home.Source))
        {
            await FindAsync(local, home);
            Assert.False(backup.WaitFor(TimeSpan.FromSeconds(1)), "it was over before it could be killed");
            backup.Kill();
        }
        var waiting = Stopwatch.StartNew();
        while (local.FindProcesses(home).Count > 0)
        {
            Assert.True(waiting.Elapsed < Patience, "rclone runs on");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        home.Run("backup", home.Source).RequireExit(0);
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
        home.Run("check", "--read-data").RequireExit(0);
    }

    [Fact]
    public async Task An_unknown_remote_is_told_with_what_to_do()
    {
        using var known = await local.CreateHomeAsync();
        using var home = new CairnHome { Repository = "rclone:nobody:where" };
        home.Variables["RCLONE_CONFIG"] = local.Configuration;
        Refused(home, "rclone knows no remote \"nobody\"", "rclone config");
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_not_tried_again()
    {
        using var home = await webDav.CreateHomeAsync();
        var wrong = Path.Combine(home.Folder, "wrong.conf");
        await File.WriteAllLinesAsync(
            wrong,
            File.ReadLines(webDav.Configuration).Where(line => !line.StartsWith("pass", StringComparison.Ordinal)),
            TestContext.Current.CancellationToken);
        home.Variables["RCLONE_CONFIG"] = wrong;
        Refused(home, "the remote does not allow it", "rclone config");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told()
    {
        using var home = await sftp.CreateHomeAsync();
        var wrong = Path.Combine(home.Folder, "wrong.conf");
        await File.WriteAllLinesAsync(
            wrong,
            File.ReadLines(sftp.Configuration).Select(
                line => line.StartsWith("port", StringComparison.Ordinal) ? "port = 1" : line),
            TestContext.Current.CancellationToken);
        home.Variables["RCLONE_CONFIG"] = wrong;
        // It may come back, so it is tried again for a while, and that is told.
        Refused(home, "connection refused", "rclone says", linesMax: 5);
    }

    [Fact]
    public async Task Without_rclone_it_says_what_to_install()
    {
        using var home = await local.CreateHomeAsync();
        var programs = Directory.CreateDirectory(Path.Combine(home.Folder, "programs")).FullName;
        foreach (var name in (string[])["setsid", "sh", "cat", "bash", "readlink", "dirname", "dotnet"])
        {
            var found = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => $"{folder}/{name}")
                .FirstOrDefault(File.Exists);
            if (found is not null)
                File.CreateSymbolicLink(Path.Combine(programs, name), found);
        }
        home.Variables["PATH"] = programs;
        Refused(home, "is not installed", "apt-get install rclone");
    }

    [Fact]
    public async Task Objects_cannot_be_locked_there()
    {
        using var home = await local.CreateHomeAsync();
        var refused = home.Run(
            "init", "--recovery-file", Path.Combine(home.Folder, "key"), "--lock", "governance", "--lock-days", "1");
        Assert.Contains("cannot lock objects", refused.RequireExit(2).Errors);
    }

    static async Task<int> FindAsync(RcloneServer server, CairnHome home)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            if (server.FindProcesses(home) is [var found, ..])
                return found;
            Assert.True(waiting.Elapsed < Patience, "no rclone was started");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    static void Kill(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    static void Refused(CairnHome home, string message, string advice, int linesMax = 2)
    {
        var result = home.Run("snapshots").RequireExit(14);
        Assert.Contains(message, result.Errors);
        Assert.Contains(advice, result.Errors);
        Assert.DoesNotContain("   at ", result.Errors);
        Assert.InRange(result.Errors.TrimEnd().Split('\n').Length, 1, linesMax);
    }
}
