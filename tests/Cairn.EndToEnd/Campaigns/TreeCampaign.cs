using System.Text;

namespace Cairn.EndToEnd.Campaigns;

/// <summary>Trees of many files, and what the repository shows of them. CAIRN_EMPTY_FILES sets how many.</summary>
public class TreeCampaign
{
    const long MemoryMax = 300L << 20;

    [Fact]
    public void Very_many_empty_files_in_one_directory_back_up_and_list_in_bounded_memory()
    {
        var count = (int)Scale.Of("CAIRN_EMPTY_FILES", 50_000);
        using var home = new CairnHome();
        home.Init();
        for (var i = 0; i < count; i++)
            File.WriteAllBytes(Path.Combine(home.Source, $"empty file number {i}"), []);
        var backup = home.Run("backup", home.Source).RequireExit(0);
        Assert.InRange(backup.PeakMemoryBytes, 1, MemoryMax);
        var list = home.Run("ls", $"latest:{home.Source}").RequireExit(0);
        Assert.InRange(list.PeakMemoryBytes, 1, MemoryMax);
        Assert.Equal(count, list.Output.Split('\n').Count(line =>
            line.Contains("empty file number", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_repository_shows_no_name_and_no_content()
    {
        using var home = new CairnHome();
        home.Init();
        var folder = Directory.CreateDirectory(Path.Combine(home.Source, "unmistakable-directory")).FullName;
        File.WriteAllText(Path.Combine(folder, "unmistakable-file-name"), "unmistakable-content "
            + Noise.Text(1, 5000));
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "unmistakable-target");
        home.Run("backup", home.Source, "--tag", "unmistakable-tag").RequireExit(0);
        foreach (var file in home.RepositoryFiles())
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(file.FullName));
            Assert.DoesNotContain("unmistakable", text + file.Name, StringComparison.Ordinal);
            Assert.DoesNotContain(Path.GetFileName(home.Folder), text, StringComparison.Ordinal);
            // A short name comes up in random bytes by chance.
            if (Environment.MachineName.Length >= 6)
                Assert.DoesNotContain(Environment.MachineName, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_unchanged_tree_adds_no_pack_and_little_else()
    {
        using var home = new CairnHome();
        home.Init();
        for (var i = 0; i < 300; i++)
            File.WriteAllText(Path.Combine(home.Source, $"text {i}"), Noise.Text(i, 500));
        File.WriteAllText(Path.Combine(home.Source, "sub link target"), "x");
        home.Run("backup", home.Source).RequireExit(0);
        var packs = home.PackCount();
        var bytes = home.RepositoryBytes();
        home.Run("backup", home.Source).RequireExit(0);
        Assert.Equal(packs, home.PackCount());
        Assert.InRange(home.RepositoryBytes() - bytes, 1, 100_000);
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
    }
}
