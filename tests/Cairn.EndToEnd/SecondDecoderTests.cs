using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd;

/// <summary>
/// The reader in tests/decoder was written from docs/format.md alone. It must find every signature and hash right in
/// what the program writes, and extract the same files.
/// </summary>
public class SecondDecoderTests
{
    [Fact]
    public void The_independent_reader_verifies_and_extracts_what_the_program_wrote()
    {
        using var home = new CairnHome();
        home.Init();
        Fill(home.Source);
        home.Run("backup", home.Source, "--tag", "first").RequireExit(0);
        File.AppendAllText(Path.Combine(home.Source, "text"), "more");
        File.Delete(Path.Combine(home.Source, "folder", "small 7"));
        home.Run("backup", home.Source).RequireExit(0);
        home.Run("backup", "--command", "seq 100000", "--name", "numbers").RequireExit(0);

        Decode(home, "verify");
        Assert.Equal(3, Decode(home, "list").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var id = home.Run("snapshots").RequireExit(0).Output.Split('\n')[2].Split(' ')[0];
        var target = Path.Combine(home.Folder, "decoded");
        Decode(home, "extract", id, target);
        Assert.Equal("", Rsync.Differences(home.Source, target + home.Source));
    }

    [Fact]
    public void It_follows_rotations_and_counts_what_is_accepted_of_a_revoked_host()
    {
        using var home = new CairnHome();
        home.Init();
        Fill(home.Source);
        home.Run("backup", home.Source).RequireExit(0);
        home.Run("key", "rotate").RequireExit(0);
        File.AppendAllText(Path.Combine(home.Source, "text"), "under the new seed");
        home.Run("backup", home.Source).RequireExit(0);
        home.Run("key", "rotate").RequireExit(0);
        var host = home.Run("host", "list").RequireExit(0).Output.Split('\n')[1].Split(' ')[0];
        home.Run("host", "revoke", host).RequireExit(0);

        Decode(home, "verify");
        var listed = Decode(home, "list").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, listed.Length);
        var id = home.Run("snapshots").RequireExit(0).Output.Split('\n')[2].Split(' ')[0];
        var target = Path.Combine(home.Folder, "decoded");
        Decode(home, "extract", id, target);
        Assert.Equal("", Rsync.Differences(home.Source, target + home.Source));
    }

    static void Fill(string source)
    {
        Noise.WriteFile(Path.Combine(source, "large"), seed: 5, 12 << 20);
        File.WriteAllText(Path.Combine(source, "text"), Noise.Text(seed: 6, words: 30_000));
        File.WriteAllText(Path.Combine(source, "empty"), "");
        var folder = Directory.CreateDirectory(Path.Combine(source, "folder")).FullName;
        for (var i = 0; i < 50; i++)
            Noise.WriteFile(Path.Combine(folder, $"small {i}"), seed: i, 100 * i);
        File.CreateSymbolicLink(Path.Combine(source, "link"), "folder/small 3");
        Programs.Run("ln", Path.Combine(source, "text"), Path.Combine(source, "second name"));
        Programs.Run("truncate", "-s", "30M", Path.Combine(source, "hole"));
    }

    static string Decode(CairnHome home, params string[] arguments) =>
        Decoder.Run(
            home.Repository, Decoder.KeyAlone(Path.Combine(home.Folder, "recovery"), home.Folder), arguments);
}
