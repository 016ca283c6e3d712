namespace Cairn.EndToEnd.Campaigns;

/// <summary>kill -9 at random moments of a backup (INV-1): CAIRN_KILLS times, by default a few.</summary>
public class KillCampaign
{
    // Two open packs and two being stored are what a kill can lose.
    const int PacksUnderWay = 4;
    const int NewBytes = 160 << 20;

    [Fact]
    public void A_backup_that_is_killed_harms_nothing_and_the_next_one_goes_on_unaided()
    {
        var kills = Scale.Of("CAIRN_KILLS", 4);
        var seed = (int)Scale.Of("CAIRN_SEED", Random.Shared.Next());
        var random = new Random(seed);
        using var home = new CairnHome();
        home.Init();
        Grow(home, generation: 0, bytes: 4 << 20);
        home.Run("backup", home.Source).RequireExit(0);
        var usual = TimeSpan.FromSeconds(2);
        for (var kill = 1; kill <= kills; kill++)
        {
            var note = $"seed {seed}, kill {kill}";
            var before = Path.Combine(home.Folder, "before");
            Programs.CopyTree(home.Source, before);
            Grow(home, kill, NewBytes / 4);
            var packsBefore = home.PackCount();

            using (var backup = home.Start("backup", home.Source))
            {
                if (!backup.WaitFor(usual * random.NextDouble()))
                    backup.Kill();
                backup.Finish();
            }
            home.Run("check").RequireExit(0);
            var isCommitted = Rsync.Differences(home.Source, home.Restore("latest")).Length == 0;
            Assert.True(isCommitted || Rsync.Differences(before, home.Restore("latest")).Length == 0, note);

            var finished = home.Run("backup", home.Source).RequireExit(0);
            Assert.True(Rsync.Differences(home.Source, home.Restore("latest")).Length == 0, note);
            var packsNeeded = NewBytes / 4 / (16 << 20) + 2;
            Assert.InRange(home.PackCount() - packsBefore, 0, packsNeeded + PacksUnderWay);
            usual = finished.Elapsed > TimeSpan.FromSeconds(1) ? finished.Elapsed : usual;
            Directory.Delete(before, recursive: true);
        }
        home.Run("check", "--read-data").RequireExit(0);
    }

    static void Grow(CairnHome home, int generation, long bytes)
    {
        var folder = Directory.CreateDirectory(Path.Combine(home.Source, $"generation {generation}")).FullName;
        Noise.WriteFile(Path.Combine(folder, "large"), generation, bytes / 2);
        for (var i = 0; i < 500; i++)
            Noise.WriteFile(Path.Combine(folder, $"small {i}"), 1000 * generation + i, bytes / 1000);
    }
}
