using System.Text;
using Cairn.Engine.Operations.Drill;
using Cairn.Engine.Primitives;
using Cairn.Testing;
using Cairn.Testing.State;
using Cairn.Testing.Time;

namespace Cairn.Tests.Operations;

public sealed class DrillLogTests
{
    static readonly SeededRandom Random = new(7);
    static readonly RepositoryId Repository = new(Random.Bytes(RepositoryId.Size));
    static readonly Bytes32 Source = DrillCircle.NameOf("here", "here:/home");
    static readonly TimeSpan Within = TimeSpan.FromDays(90);

    readonly MemoryStateFolder _state = new();
    readonly EagerTime _time = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 14)]
    [InlineData(4, 40)]
    public void Drills_at_any_times_restore_every_path_within_the_time(ulong seed, int daysMax)
    {
        var random = new SeededRandom(seed);
        var (begin, restored) = (_time.GetUtcNow(), new DateTimeOffset[3000]);
        for (var drill = 0; drill < 400 / daysMax; drill++)
        {
            var log = Log();
            var wanted = log.Wanted(Source, Within, share: null);
            var circle = log.CircleOf(Source);
            for (var i = 0; i < restored.Length; i++)
            {
                if (wanted.Contains(circle.PlaceOf(Encoding.UTF8.GetBytes($"/home/f{i}"))))
                    restored[i] = _time.GetUtcNow();
            }
            log.Add(Source, wanted, wanted, isGood: true);
            log.Write();
            var coverage = Log().CoverageOf(Source)!;
            Assert.Equal(_time.GetUtcNow().ToUnixTimeSeconds(), coverage.To.ToUnixTimeSeconds());
            // What it claims holds.
            if (coverage.IsWhole)
                Assert.All(restored, time => Assert.True(time >= coverage.From));
            if (_time.GetUtcNow() - begin > Within)
            {
                Assert.True(coverage.IsWhole);
                Assert.True(coverage.To - coverage.From <= Within + TimeSpan.FromDays(daysMax));
            }
            _time.Advance(TimeSpan.FromHours(1 + random.NextInt(24 * daysMax)));
        }
    }

    [Fact]
    public void The_first_slices_of_an_arc_hold_exactly_what_is_counted_into_them()
    {
        for (var round = 0; round < 2000; round++)
        {
            var (start, bits) = (Draw(), Random.NextInt(65));
            var length = bits == 64 ? DrillArc.Everything : Math.Max(Draw() >> (63 - bits), 1);
            var (arc, slices) = (new DrillArc(start, length), 1 + Random.NextInt(1024));
            var count = 1 + Random.NextInt(slices);
            var first = arc.First(count, slices);
            for (var i = 0; i < 50; i++)
            {
                var place = unchecked(start + (arc.IsWhole ? Draw() : Draw() % length));
                Assert.True(arc.Contains(place));
                Assert.InRange(arc.SliceOf(place, slices), 0, slices - 1);
                Assert.Equal(arc.SliceOf(place, slices) < count, first.Contains(place));
            }
        }
    }

    [Fact]
    public void What_a_limit_cut_off_is_owed_and_a_chosen_share_is_taken_as_it_is()
    {
        var log = Log();
        var wanted = log.Wanted(Source, Within, share: 0.5);
        Assert.Equal(0.5, wanted.Share, 9);
        log.Add(Source, wanted, wanted.First(1, 2), isGood: true);
        log.Write();
        _time.Advance(TimeSpan.FromDays(9));
        var next = Log().Wanted(Source, Within, share: null);
        Assert.Equal(0.25 + 0.1, next.Share, 6);
        Assert.Equal(wanted.First(1, 2).End, next.Start);
        Assert.Equal(0.25, Log().CoverageOf(Source)!.Share, 6);
        _time.Advance(TimeSpan.FromDays(1000));
        Assert.True(Log().Wanted(Source, Within, share: null).IsWhole);
    }

    [Fact]
    public void Any_damage_of_the_record_begins_a_new_circle_INV_7()
    {
        var log = Log();
        log.Add(Source, log.Wanted(Source, Within, share: 1), new DrillArc(3, 1000), isGood: false);
        log.Write();
        Assert.Equal(1, Log().CoverageOf(Source)!.BadDrills);
        using var file = _state.TryOpen(DrillRecord.FileName)!;
        var whole = file.Slice(0, (int)file.Length).ToArray();
        for (var i = 0; i < whole.Length; i++)
        {
            var damaged = whole.ToArray();
            damaged[i] ^= 4;
            _state.Plant(DrillRecord.FileName, damaged);
            Assert.Null(Log().CoverageOf(Source));
            _state.Plant(DrillRecord.FileName, whole.AsSpan(0, i));
            Assert.Null(Log().CoverageOf(Source));
        }
        // Nor is a drill believed that a clock put into the future.
        _state.Plant(DrillRecord.FileName, whole);
        _time.Advance(TimeSpan.FromDays(-1));
        Assert.Null(Log().CoverageOf(Source));
    }

    static ulong Draw() => BitConverter.ToUInt64(Random.Bytes(8));

    DrillLog Log() => new(_state, Repository, Random, _time);
}
