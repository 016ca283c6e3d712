namespace Cairn.EndToEnd.Campaigns;

/// <summary>
/// kill -9 at random moments of repairs of a repository with lost, torn and rotten packs: CAIRN_KILLS times, by default
/// a few. What was whole stays whole, and the run that is let finish heals everything.
/// </summary>
public class RepairCampaign
{
    const int ManifestPackMax = 1 << 20;

    [Theory]
    [InlineData("--from")]
    [InlineData("--from-disk")]
    public void A_repair_that_is_killed_harms_nothing_and_the_next_one_finishes_unaided(string donor)
    {
        var kills = Scale.Of("CAIRN_KILLS", 3);
        var seed = (int)Scale.Of("CAIRN_SEED", Random.Shared.Next());
        var random = new Random(seed);
        using var home = new CairnHome();
        using var other = new CairnHome();
        home.Variables["CAIRN_FROM_PASSPHRASE"] = CairnHome.Passphrase;
        other.Variables["CAIRN_FROM_PASSPHRASE"] = CairnHome.Passphrase;
        home.Init();
        other.Init();
        Noise.WriteFile(Path.Combine(home.Source, "large"), seed: 1, 100 << 20);
        for (var i = 0; i < 300; i++)
            Noise.WriteFile(Path.Combine(home.Source, $"small {i}"), 1000 + i, i * 1000);
        home.Run("backup", home.Source).RequireExit(0);
        other.Run("copy", "--from", home.Repository).RequireExit(0);
        Damage(home, random, withManifests: donor == "--from");
        home.Run("check", "--read-data").RequireExit(13);

        string[] repair = donor == "--from" ? ["repair", donor, other.Repository] : ["repair", donor];
        var killed = 0;
        for (var kill = 1; kill <= kills; kill++)
        {
            using var process = home.Start(repair);
            if (!process.WaitFor(TimeSpan.FromSeconds(3) * random.NextDouble()))
            {
                process.Kill();
                killed++;
            }
            process.Finish();
        }
        home.Run(repair).RequireExit(0);
        // Nobody needs the bad packs any more, and a prune takes what is there of them.
        home.Run("prune", "--grace", "0", "--unfinished-after", "0", "--yes").RequireExit(0);
        home.Run("check", "--read-data").RequireExit(0);
        Assert.True(Rsync.Differences(home.Source, home.Restore("latest")).Length == 0, $"seed {seed}");
        TestContext.Current.SendDiagnosticMessage($"seed {seed}: {killed} of {kills} killed");
    }

    // Of each three packs one is lost, one cut short, one has a wrong byte. The disk has no manifests.
    static void Damage(CairnHome home, Random random, bool withManifests)
    {
        var packs = home.RepositoryFiles()
            .Where(file => file.DirectoryName!.Contains("/packs/", StringComparison.Ordinal))
            .Where(file => withManifests || file.Length > ManifestPackMax)
            .OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        foreach (var (i, pack) in packs.Index())
        {
            if (i % 3 == 0)
            {
                pack.Delete();
                continue;
            }
            pack.IsReadOnly = false;
            using var stream = pack.Open(FileMode.Open, FileAccess.ReadWrite);
            if (i % 3 == 1)
                stream.SetLength(pack.Length / 2);
            else
            {
                stream.Position = random.NextInt64(pack.Length / 2);
                var old = stream.ReadByte();
                stream.Position--;
                stream.WriteByte((byte)(old ^ 1));
            }
        }
    }
}
