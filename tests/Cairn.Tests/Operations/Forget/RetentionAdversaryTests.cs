using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Forget;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Time;
using Cairn.Testing.Trees;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Forget;

/// <summary>Somebody with a stolen host credential tries to have good snapshots forgotten (INV-5).</summary>
public sealed class RetentionAdversaryTests
{
    const int Months = 12;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Back_dated_snapshots_are_noticed_and_push_nothing_out_INV_5()
    {
        await using var test = await TestRepository.CreateAsync();
        var good = await SaveMonthlyAsync(test);
        // A little younger than each good one: rules that believed it would keep these instead.
        foreach (var snapshot in good)
            await PlantAsync(test, test.Init.Credential, snapshot.Time.AddHours(2));

        using var admin = await test.OpenForReadingAsync();
        var plan = await PlanAsync(admin, new RetentionRules { Monthly = Months });
        // Except for the one of today, which nobody can tell from an honest one.
        Assert.Equal(Months - 1, plan.Doubtful.Count);
        Assert.DoesNotContain(plan.Doubtful, snapshot => good.Any(other => other.Name == snapshot.Name));

        await ForgetOperation.ForgetAsync(admin, plan.Doubtful, Token);
        var mended = await PlanAsync(admin, new RetentionRules { Monthly = Months });
        Assert.Empty(mended.Doubtful);
        Assert.Equal(
            good.SkipLast(1).Select(snapshot => snapshot.Name),
            mended.Decisions.Where(decision => decision.IsKept).SkipLast(1).Select(decision => decision.Snapshot.Name));
    }

    [Fact]
    public async Task A_claimed_start_long_before_the_end_pushes_nothing_out_INV_5()
    {
        await using var test = await TestRepository.CreateAsync();
        var good = await SaveMonthlyAsync(test);
        var now = test.Time.GetUtcNow();
        foreach (var snapshot in good)
            await PlantAsync(test, test.Init.Credential, snapshot.Time.AddHours(2), finished: now);

        using var admin = await test.OpenForReadingAsync();
        var plan = await PlanAsync(admin, new RetentionRules { Monthly = Months });
        Assert.Empty(plan.Doubtful);
        var kept = plan.Decisions.Where(decision => decision.IsKept).Select(decision => decision.Snapshot.Name);
        Assert.Empty(good.SkipLast(1).Select(snapshot => snapshot.Name).Except(kept));
    }

    [Fact]
    public async Task A_flood_trips_the_brake_INV_5()
    {
        await using var test = await TestRepository.CreateAsync();
        await SaveMonthlyAsync(test);
        for (var i = 0; i < Months; i++)
            await PlantAsync(test, test.Init.Credential, test.Time.GetUtcNow());
        using var admin = await test.OpenForReadingAsync();
        var plan = await PlanAsync(admin, new RetentionRules { Last = Months });
        Assert.Equal((0.5, Months, 2 * Months), plan.GreatestLoss is var (share, goes, of, _) ? (share, goes, of)
            : default);
    }

    [Fact]
    public async Task Another_host_pushes_nothing_out_by_taking_a_name_INV_5()
    {
        await using var test = await TestRepository.CreateAsync();
        var good = await SaveMonthlyAsync(test);
        // It enrolled under that very name.
        using var rogue = await test.EnrolAsync("testhost");
        for (var i = 0; i < 2 * Months; i++)
            await PlantAsync(test, rogue, test.Time.GetUtcNow());
        using var admin = await test.OpenForReadingAsync();
        var plan = await PlanAsync(admin, new RetentionRules { Last = Months });
        var kept = plan.Decisions.Where(decision => decision.IsKept).Select(decision => decision.Snapshot.Name);
        Assert.Empty(good.Select(snapshot => snapshot.Name).Except(kept));
    }

    static async Task<List<SnapshotInfo>> SaveMonthlyAsync(TestRepository test)
    {
        using var host = await test.OpenAsHostAsync();
        var writer = new TestSnapshotWriter(test, host);
        var saved = new List<SnapshotInfo>();
        for (var month = 0; month < Months; month++)
        {
            if (month > 0)
                test.Time.Advance(TimeSpan.FromDays(31));
            saved.Add(await writer.WriteAsync(new TestTree()));
        }
        return saved;
    }

    /// <summary>Backs up with a clock that lies.</summary>
    static async Task PlantAsync(
        TestRepository test, HostCredential credential, DateTimeOffset started, DateTimeOffset? finished = null)
    {
        var clock = new LyingTime(started, finished ?? started);
        var environment = test.Environment with { Time = clock };
        using var host = await RepositoryOpener.OpenWithCredentialAsync(test.Store, credential, environment, Token);
        var source = new MemorySource(clock);
        source.File("junk", test.Random.Bytes(100));
        await BackupOperation.RunAsync(
            host, new MemoryStateFolder(), new BackupInput { Files = source }, BackupWorld.Options,
            new BackupMonitor(), Token);
    }

    static Task<ForgetPlan> PlanAsync(Repository admin, RetentionRules rules) =>
        ForgetOperation.PlanAsync(admin, _ => true, rules, believesHosts: false, Token);

    /// <summary>Says one time at first, and another from then on.</summary>
    sealed class LyingTime(DateTimeOffset first, DateTimeOffset then) : TimeProvider
    {
        int _asked;

        public override DateTimeOffset GetUtcNow() => Interlocked.Increment(ref _asked) <= 2 ? first : then;
    }
}
