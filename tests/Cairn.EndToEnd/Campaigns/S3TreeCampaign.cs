using Cairn.EndToEnd.Servers;

namespace Cairn.EndToEnd.Campaigns;

/// <summary>
/// A tree onto a real server and back. CAIRN_TREE names a large one (a kernel's sources); by default one is made up.
/// </summary>
public class S3TreeCampaign(CephServer ceph)
{
    const long MemoryMax = 300L << 20;

    [Fact]
    public async Task A_tree_goes_onto_Ceph_and_back_and_rsync_finds_no_difference()
    {
        using var home = await S3Home.CreateAsync(ceph);
        home.Init();
        var tree = Environment.GetEnvironmentVariable("CAIRN_TREE") ?? MakeUp(home);
        var backup = home.Run("backup", tree, "--json").RequireExit(0);
        var unchanged = home.Run("backup", tree, "--json").RequireExit(0);
        var target = Path.Combine(home.Folder, "restored");
        var restore = home.Run("restore", $"latest:{tree}", "--target", target, "--json").RequireExit(0);
        Assert.Equal("", Rsync.Differences(tree, target));
        Assert.Equal(0, S3BackupTests.Summary(unchanged).GetProperty("packsStored").GetInt64());
        home.Run("check", "--audit").RequireExit(0);
        (string What, CairnResult Run)[] runs = [("backup", backup), ("unchanged", unchanged), ("restore", restore)];
        foreach (var (what, run) in runs)
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{what}: {run.Elapsed.TotalSeconds:0.0} s, peak {run.PeakMemoryBytes >> 20} MiB, "
                + S3BackupTests.Summary(run).GetRawText());
        Assert.All(runs, found => Assert.InRange(found.Run.PeakMemoryBytes, 1, MemoryMax));
    }

    static string MakeUp(CairnHome home)
    {
        S3Home.Fill(home, megabytes: 10);
        for (var i = 0; i < 2000; i++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(home.Source, $"{i % 40}", $"{i % 7}")).FullName;
            File.WriteAllText(Path.Combine(folder, $"{i}.c"), Noise.Text(seed: i, words: i % 400));
        }
        return home.Source;
    }
}
