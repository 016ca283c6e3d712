namespace Cairn.EndToEnd.Campaigns;

/// <summary>kill -9 at random moments of copies between two repositories with other keys: CAIRN_KILLS times, by
/// default a few.</summary>
public class CopyCampaign
{
    const int PackBytes = 16 << 20;
    const int Generations = 2;
    const int LargeBytes = 80 << 20;
    const int SmallFiles = 200;
    const int SmallBytes = 1 << 20;
    const long GenerationBytes = LargeBytes + (long)SmallFiles * SmallBytes;

    // Two open packs and two being stored are what a kill can lose.
    const int PacksUnderWay = 4;

    [Fact]
    public void A_copy_that_is_killed_harms_nothing_and_the_next_one_sends_only_what_is_missing()
    {
        var kills = Scale.Of("CAIRN_KILLS", 3);
        var seed = (int)Scale.Of("CAIRN_SEED", Random.Shared.Next());
        var random = new Random(seed);
        using var home = new CairnHome();
        using var other = new CairnHome();
        other.Variables["CAIRN_FROM_PASSPHRASE"] = CairnHome.Passphrase;
        home.Init();
        other.Init();
        for (var generation = 1; generation <= Generations; generation++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(home.Source, $"generation {generation}")).FullName;
            Noise.WriteFile(Path.Combine(folder, "large"), generation, LargeBytes);
            for (var i = 0; i < SmallFiles; i++)
                Noise.WriteFile(Path.Combine(folder, $"small {i}"), 1000 * generation + i, SmallBytes);
            home.Run("backup", home.Source).RequireExit(0);
        }
        var usual = TimeSpan.FromSeconds(3);
        for (var kill = 1; kill <= kills; kill++)
        {
            using var copy = other.Start("copy", "--from", home.Repository);
            if (!copy.WaitFor(usual * random.NextDouble()))
                copy.Kill();
            copy.Finish();
            other.Run("check").RequireExit(0);
        }
        other.Run("copy", "--from", home.Repository).RequireExit(0);
        // Fewer packs than in the original are no loss: one copy fills what two backups had to leave half full.
        var packs = other.PackCount();
        Assert.True(packs <= home.PackCount() + 4 + kills * PacksUnderWay, $"seed {seed}: {packs} packs");
        var sent = other.RepositoryBytes();
        Assert.True(sent >= Generations * GenerationBytes, $"seed {seed}: {sent} bytes are less than the data");
        Assert.True(
            sent < home.RepositoryBytes() + kills * PacksUnderWay * (long)PackBytes, $"seed {seed}: {sent} bytes");

        var again = other.Run("copy", "--from", home.Repository, "--json").RequireExit(0);
        Assert.Contains("\"blobsRead\":0,", again.Output, StringComparison.Ordinal);
        Assert.Equal(sent, other.RepositoryBytes());
        other.Run("check", "--read-data").RequireExit(0);
        var target = Path.Combine(other.Folder, "restored");
        other.Run("restore", $"latest:{home.Source}", "--target", target).RequireExit(0);
        Assert.True(Rsync.Differences(home.Source, target).Length == 0, $"seed {seed}");
    }
}
