using Cairn.Engine.Chunking;
using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Chunking;

public class ChunkerTests
{
    const string ChunkingKey = "c18de8e691467ee684b589dacc970b97a2f3cc436d73c194e3165cef51656aa8";

    static CutRule NewRule(int minimum, int average, int maximum, string key = ChunkingKey)
    {
        using var secret = SecretKey.CopyFrom(Convert.FromHexString(key));
        return new CutRule(secret, ChunkerParameters.TryCreate(minimum, average, maximum)!);
    }

    static List<int> CutWhole(CutRule rule, ReadOnlySpan<byte> data)
    {
        var chunker = new Chunker(rule);
        var lengths = new List<int>();
        for (var at = 0; at < data.Length; at += lengths[^1])
            lengths.Add(chunker.FindCut(data[at..], isEnd: true));
        return lengths;
    }

    // Computed by a slow program, apart from this, from the text of the specification.
    [Fact]
    public void The_specifications_rule_gives_these_chunks()
    {
        using var rule = NewRule(1024, 8192, 32768);
        int[] expected =
        [
            16650, 12885, 1186, 1205, 17186, 16086, 11719, 8398, 32768, 4749, 1306, 15925, 2697, 2613, 2757, 12987,
            1168, 12968, 3973, 1626, 26058, 13775, 4636, 1254, 8252, 3428, 9477, 11388, 11921, 6439, 15309, 2247,
            4046, 918,
        ];
        Assert.Equal(expected, CutWhole(rule, new SeededRandom(1).Bytes(300_000)));
    }

    [Fact]
    public void The_least_minimum_and_spread_give_these_chunks()
    {
        using var rule = NewRule(64, 64 + ChunkerParameters.SpreadMin, 16384);
        int[] expected = [8768, 4460, 1367, 2055, 1824, 11061, 1186, 1205, 16384, 802, 10888];
        Assert.Equal(expected, CutWhole(rule, new SeededRandom(1).Bytes(60_000)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Chunks_do_not_depend_on_how_the_data_is_fed(ulong seed)
    {
        using var rule = NewRule(256, 256 + 5000, 20000);
        var random = new SeededRandom(seed);
        var data = random.Bytes(400_000);
        var expected = CutWhole(rule, data);
        var chunker = new Chunker(rule);
        var lengths = new List<int>();
        var (start, end) = (0, 0);
        while (start < data.Length)
        {
            end = Math.Min(data.Length, end + random.NextInt(random.NextInt(8) == 0 ? 30000 : 40));
            var isEnd = end == data.Length && random.NextInt(2) == 0;
            var length = chunker.FindCut(data.AsSpan(start, end - start), isEnd);
            if (length == 0)
                continue;
            lengths.Add(length);
            start += length;
        }
        Assert.True(expected.SequenceEqual(lengths), random.ToString());
    }

    [Fact]
    public void A_boundary_that_no_further_data_can_move_is_found_before_the_end_is_known()
    {
        using var rule = NewRule(256, 256 + 5000, 20000);
        var data = new SeededRandom(6).Bytes(100_000);
        var expected = CutWhole(rule, data);
        var first = expected[0];
        var chunker = new Chunker(rule);
        Assert.Equal(0, chunker.FindCut(data.AsSpan(0, first - 1), isEnd: false));
        Assert.Equal(first, chunker.FindCut(data.AsSpan(0, first), isEnd: false));
    }

    [Fact]
    public void An_insertion_at_the_front_changes_only_the_first_chunks()
    {
        using var rule = NewRule(1024, 8192, 32768);
        var data = new SeededRandom(12).Bytes(2_000_000);
        byte[] shifted = [.. "some bytes more"u8, .. data];
        var before = Ends(CutWhole(rule, data), 0);
        var after = Ends(CutWhole(rule, shifted), -15);
        var lost = before.Except(after).ToArray();
        Assert.True(lost.Length < before.Count / 10, $"{lost.Length} of {before.Count} boundaries moved");
        Assert.Equal(before.TakeLast(150), after.TakeLast(150));
    }

    static List<long> Ends(List<int> lengths, long shift)
    {
        var at = shift;
        return [.. lengths.Select(length => at += length)];
    }

    [Fact]
    public void Sizes_stay_within_the_bounds_and_their_mean_is_near_the_average()
    {
        using var rule = NewRule(8192, 32768, 131072);
        var lengths = CutWhole(rule, new SeededRandom(99).Bytes(48 << 20));
        Assert.All(lengths[..^1], length => Assert.InRange(length, 8192, 131072));
        // The geometric tail beyond the maximum, e^-5, shortens the mean by under one per cent; the rest is chance.
        Assert.InRange(lengths.Average(), 32768 * 0.92, 32768 * 1.08);
    }

    [Fact]
    public void Data_that_proposes_no_place_is_cut_at_the_maximum()
    {
        using var rule = NewRule(1024, 8192, 32768);
        Assert.Equal([32768, 32768, 32768, 1696], CutWhole(rule, new byte[100_000]));
    }

    [Fact]
    public void Another_key_cuts_elsewhere()
    {
        using var rule = NewRule(1024, 8192, 32768);
        using var other = NewRule(1024, 8192, 32768, key: "00" + ChunkingKey[2..]);
        var data = new SeededRandom(1).Bytes(300_000);
        Assert.Empty(Ends(CutWhole(rule, data), 0).SkipLast(1).Intersect(Ends(CutWhole(other, data), 0)));
    }

    [Fact]
    public void The_end_cuts_and_nothing_at_all_is_no_chunk()
    {
        using var rule = NewRule(1024, 8192, 32768);
        var chunker = new Chunker(rule);
        Assert.Equal(0, chunker.FindCut([], isEnd: true));
        Assert.Equal(0, chunker.FindCut(new byte[10], isEnd: false));
        Assert.Equal(10, chunker.FindCut(new byte[10], isEnd: true));
        Assert.Equal(1, chunker.FindCut(new byte[1], isEnd: true));
    }

    [Fact]
    public void A_stream_after_a_reset_is_cut_as_if_it_were_the_first()
    {
        using var rule = NewRule(256, 256 + 5000, 20000);
        var data = new SeededRandom(6).Bytes(100_000);
        var chunker = new Chunker(rule);
        var noise = Enumerable.Range(0, 4000).First(i => CutWhole(rule, data.AsSpan(i, 900)).Count == 1);
        Assert.Equal(0, chunker.FindCut(data.AsSpan(noise, 900), isEnd: false));
        chunker.Reset();
        Assert.Equal(CutWhole(rule, data)[0], chunker.FindCut(data, isEnd: true));
    }

    [Theory]
    [InlineData(262144, 1048576, 4194304, true)]
    [InlineData(64, 4160, 4161, true)]
    [InlineData(63, 8192, 16384, false)]
    [InlineData(64, 4159, 16384, false)]
    [InlineData(8192, 8192, 16384, false)]
    [InlineData(64, 8192, 8192, false)]
    [InlineData(64, 8192, 16 << 20, true)]
    [InlineData(64, 8192, (16 << 20) + 1, false)]
    [InlineData(64, 8192, long.MaxValue, false)]
    [InlineData(-1, 8192, 16384, false)]
    [InlineData(long.MinValue, 8192, 16384, false)]
    public void Only_parameters_within_bounds_exist(long minimum, long average, long maximum, bool isAllowed) =>
        Assert.Equal(isAllowed, ChunkerParameters.TryCreate(minimum, average, maximum) is not null);

    [Fact]
    public void The_default_sizes_are_a_quarter_one_and_four_mebibytes() => Assert.Equal(
        ChunkerParameters.TryCreate(262144, 1048576, 4194304), ChunkerParameters.Default);
}
