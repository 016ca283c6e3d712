using Cairn.Engine.Operations.Check;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;
using Cairn.Testing;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations;

public sealed class ReadScheduleTests
{
    const long Day = 86_400;
    static readonly TimeSpan Within = TimeSpan.FromDays(90);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 5)]
    public void Two_hundred_daily_runs_read_each_pack_within_the_time_and_as_much_each_day(ulong seed, int skipped)
    {
        var world = new World(seed);
        world.Grow(600);
        var read = new List<(long Bytes, long Total, long Days)>();
        var last = -1;
        for (var day = 0; day < 200; day++)
        {
            world.Now += Day + world.Random.NextInt(7200) - 3600;
            world.Grow(3 + world.Random.NextInt(4));
            world.RemoveSome(day % 7 == 6 ? 10 : 0);
            // Now and then a week without a run.
            if (skipped > 0 && day % 40 > 40 - skipped)
                continue;
            read.Add((world.Run(bytesMax: null), world.Total, day - last));
            last = day;
            Assert.True(world.OldestAge() <= 90 * Day, $"day {day}: a pack is {world.OldestAge() / Day} days old");
        }
        foreach (var (bytes, total, days) in read)
            Assert.InRange(bytes, total / 90.0 * days * 0.8, total / 90.0 * days * 2.5);
    }

    [Fact]
    public void What_a_limit_left_over_comes_first_and_nothing_is_lost_of_it()
    {
        var world = new World(4);
        world.Grow(500);
        var limit = world.Total / 200;
        for (var day = 0; day < 120; day++)
        {
            world.Now += Day;
            Assert.InRange(world.Run(limit), 1, limit);
        }
        Assert.True(world.OldestAge() > 90 * Day);
        world.Now += Day;
        world.Run(bytesMax: null);
        Assert.True(world.OldestAge() <= 90 * Day);
        // One pack is read though it is larger than the limit: else it never would be.
        world.Now += 100 * Day;
        Assert.True(world.Run(bytesMax: 1) > 1);
    }

    [Fact]
    public void A_hundred_thousand_packs_are_chosen_from_evenly()
    {
        var world = new World(5);
        world.Grow(100_000);
        world.Now += Day;
        Assert.InRange(world.Run(bytesMax: null), world.Total / 91, world.Total / 89);
    }

    [Fact]
    public async Task Checks_remember_what_they_read_and_tell_how_much_is_verified()
    {
        await using var test = await SampleAsync();
        var all = await CheckAsync(test, percent: 100);
        Assert.Equal((all.Packs, 0, 0), Packs(all));
        Assert.Null(all.Verification!.Within);

        test.Time.Advance(TimeSpan.FromDays(30));
        using (var host = await test.OpenAsHostAsync())
            await new TestSnapshotWriter(test, host) { BlobsPerPack = 1 }.WriteAsync(
                new TestTree().File("new", test.Random.Bytes(200_000)));
        var within = await CheckAsync(test, schedule: Days(90));
        Assert.InRange(within.PacksRead, 1, all.Packs);
        Assert.True(Packs(within).Never > 0);
        Assert.Equal(0, Packs(within).Overdue);
        Assert.Equal(within.Packs, Packs(within).Verified + Packs(within).Never);
        // A check that reads nothing says nothing of it, and takes nothing back.
        Assert.Null((await CheckAsync(test)).Verification);

        test.Time.Advance(TimeSpan.FromDays(89));
        var late = await CheckAsync(test, schedule: Days(90) with { BytesMax = 1 });
        Assert.Equal(1, late.PacksRead);
        Assert.True(late.IsOverdue);
        var done = await CheckAsync(test, schedule: Days(90));
        Assert.Equal((done.Packs, 0, 0), Packs(done));
        Assert.False(done.IsOverdue);
        Assert.InRange(
            done.Verification!.Oldest!.Value, test.Time.GetUtcNow() - TimeSpan.FromDays(90), test.Time.GetUtcNow());
    }

    [Fact]
    public async Task Every_pack_is_read_by_daily_checks_and_a_damaged_one_found_and_never_called_verified()
    {
        await using var test = await SampleAsync();
        var reads = new Dictionary<string, DateTimeOffset>();
        var store = new HookedStore(test.Store)
        {
            Before = (member, name) =>
            {
                if (member == StoreMember.Get && name.StartsWith("packs/", StringComparison.Ordinal))
                    reads[name] = test.Time.GetUtcNow();
                return Task.CompletedTask;
            },
        };
        var start = test.Time.GetUtcNow();
        for (var day = 0; day < 30; day++)
        {
            test.Time.Advance(TimeSpan.FromDays(1));
            Assert.False((await CheckAsync(test, schedule: Days(10), store: store)).IsOverdue);
        }
        var packs = (await test.ObjectsAsync()).Where(item => item.Key.StartsWith("packs/", StringComparison.Ordinal))
            .ToList();
        Assert.All(packs, pack => Assert.True(reads[pack.Key] - start > TimeSpan.FromDays(20)));

        var (name, bytes) = packs[^1];
        bytes[bytes.Length / 2] ^= 1;
        test.Store.Plant(name, bytes);
        var found = 0;
        for (var day = 0; day < 12; day++)
        {
            test.Time.Advance(TimeSpan.FromDays(1));
            var result = await CheckAsync(test, schedule: Days(10));
            found += result.Findings.Any(finding => finding.Object == name) ? 1 : 0;
            if (day == 11)
                Assert.Equal(1, Packs(result).Overdue);
        }
        Assert.True(found > 1);
    }

    [Fact]
    public async Task Losing_or_damaging_the_record_costs_time_only_INV_7()
    {
        await using var test = await SampleAsync();
        var all = await CheckAsync(test, percent: 100);
        using (var file = test.State.TryOpen(VerificationRecord.FileName)!)
        {
            var damaged = file.Slice(0, (int)file.Length).ToArray();
            damaged[^40] ^= 1;
            test.State.Plant(VerificationRecord.FileName, damaged);
        }
        test.Time.Advance(TimeSpan.FromDays(1));
        var next = await CheckAsync(test, schedule: Days(90));
        Assert.Equal(all.Packs, Packs(next).Verified + Packs(next).Never);
        Assert.Equal(next.PacksRead, Packs(next).Verified);
        Assert.Equal(0, Packs(next).Overdue);
    }

    [Fact]
    public async Task A_clock_that_ran_ahead_keeps_no_pack_unread()
    {
        await using var test = await SampleAsync();
        var repository = test.Init.Credential.Repository;
        test.Time.Advance(TimeSpan.FromDays(5000));
        await CheckAsync(test, percent: 100);
        test.Time.Advance(TimeSpan.FromDays(-5000));
        var now = test.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.All(
            VerificationRecord.Read(test.State, repository, now).Packs.Values,
            times => Assert.Equal(new PackTimes(now, PackTimes.Never), times));
    }

    [Fact]
    public void Two_runs_at_once_take_nothing_back_of_each_other()
    {
        var (state, random) = (new MemoryStateFolder(), new SeededRandom(6));
        var repository = new RepositoryId(random.Bytes(RepositoryId.Size));
        ObjectHash[] packs = [new(random.Bytes(32)), new(random.Bytes(32)), new(random.Bytes(32))];
        var (left, right) = (new VerificationRecord(), new VerificationRecord());
        foreach (var pack in packs[..2])
        {
            left.Packs.Add(pack, new PackTimes(100, pack == packs[0] ? 500 : PackTimes.Never));
            right.Packs.Add(pack, new PackTimes(200, pack == packs[1] ? 600 : PackTimes.Never));
        }
        left.Packs.Add(packs[2], new PackTimes(100, 100));
        left.Write(state, repository, now: 1000);
        right.Write(state, repository, now: 1000);
        var read = VerificationRecord.Read(state, repository, now: 1000).Packs;
        Assert.Equal(new PackTimes(100, 500), read[packs[0]]);
        Assert.Equal(new PackTimes(100, 600), read[packs[1]]);
        // One that is gone from the repository is forgotten.
        Assert.Equal(2, read.Count);
        // Of another repository it says nothing.
        Assert.Empty(VerificationRecord.Read(state, new RepositoryId(random.Bytes(32)), now: 1000).Packs);
    }

    static ReadSchedule Days(int days) => new() { Within = TimeSpan.FromDays(days) };

    static (long Verified, long Never, long Overdue) Packs(CheckResult result) =>
        (result.Verification!.Verified.Packs, result.Verification.Never.Packs, result.Verification.Overdue.Packs);

    static async Task<TestRepository> SampleAsync()
    {
        var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var writer = new TestSnapshotWriter(test, host) { BlobsPerPack = 1 };
        await writer.WriteAsync(new TestTree().File("one", test.Random.Bytes(100_000)));
        return test;
    }

    static async Task<CheckResult> CheckAsync(
        TestRepository test, double percent = 0, ReadSchedule? schedule = null, IObjectStore? store = null)
    {
        using var repository = await test.OpenForReadingAsync(store ?? test.Store);
        using var session = await ReadSession.OpenAsync(repository, test.State, Cancellation);
        var options = new CheckOptions { ReadDataPercent = percent, Schedule = schedule, Workers = 2 };
        return await CheckOperation.RunAsync(session, options, new CheckMonitor(), Cancellation);
    }

    /// <summary>Packs that come and go, without a repository.</summary>
    sealed class World(ulong seed)
    {
        readonly Dictionary<ObjectHash, (long Size, PackTimes Times)> _packs = [];
        readonly List<long> _runs = [];

        public SeededRandom Random { get; } = new(seed);
        public long Now { get; set; } = 1_700_000_000;
        public long Total => _packs.Values.Sum(pack => pack.Size);

        public void Grow(int packs)
        {
            for (; packs > 0; packs--)
                _packs.Add(
                    new ObjectHash(Random.Bytes(ObjectHash.Size)),
                    (1_000_000 + Random.NextInt(31_000_000), new PackTimes(Now, PackTimes.Never)));
        }

        public void RemoveSome(int packs)
        {
            foreach (var pack in _packs.Keys.Take(packs).ToList())
                _packs.Remove(pack);
        }

        public long Run(long? bytesMax)
        {
            var chosen = new ReadSchedule { Within = Within, BytesMax = bytesMax }.Choose(
                _packs.Select(pack => (pack.Key, pack.Value.Size, pack.Value.Times)), _runs, Now);
            _runs.Add(Now);
            foreach (var pack in chosen)
                _packs[pack] = (_packs[pack].Size, _packs[pack].Times with { Verified = Now });
            return chosen.Sum(pack => _packs[pack].Size);
        }

        public long OldestAge() =>
            _packs.Values.Max(pack => Now - (pack.Times.IsVerified ? pack.Times.Verified : pack.Times.Known));
    }
}
