using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Primitives;

public class UlidTests
{
    sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    // The example of the ULID specification.
    const string Example = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    [Fact]
    public void The_specifications_example_reads_as_its_bytes_and_back()
    {
        Assert.True(Ulid.TryParse(Example, out var ulid));
        var bytes = new byte[Ulid.Size];
        ulid.CopyTo(bytes);
        Assert.Equal("01563e3ab5d3d6764c61efb99302bd5b", Convert.ToHexStringLower(bytes));
        Assert.Equal(Example, ulid.ToString());
        Assert.Equal(ulid, new Ulid(bytes));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(0x01563e3ab5d3), ulid.Time);
    }

    [Theory]
    [InlineData("01arz3ndektsv4rrffq69g5fav")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FA")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAVV")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAU")]
    [InlineData("O1ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("0IARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("0LARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("81ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("Z1ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("-1ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData(" 1ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("")]
    public void Text_that_is_not_canonical_is_refused(string text) => Assert.False(Ulid.TryParse(text, out _));

    [Fact]
    public void The_largest_reads_back_and_has_no_date()
    {
        Assert.True(Ulid.TryParse("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", out var ulid));
        Assert.Equal("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", ulid.ToString());
        Assert.Null(ulid.Time);
    }

    [Fact]
    public void New_ones_state_the_clocks_time_sort_by_it_and_take_all_other_bits_from_the_random_source()
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);
        var early = Ulid.New(new FixedTime(time), new SeededRandom(3));
        var late = Ulid.New(new FixedTime(time.AddMilliseconds(1)), new SeededRandom(4));
        Assert.Equal(time, early.Time);
        Assert.True(early.CompareTo(late) < 0);
        Assert.True(string.CompareOrdinal(early.ToString(), late.ToString()) < 0);
        var bytes = new byte[Ulid.Size];
        early.CopyTo(bytes);
        Assert.Equal(new SeededRandom(3).Bytes(10), bytes[6..]);
        Assert.Equal(early, Ulid.New(new FixedTime(time), new SeededRandom(3)));
    }
}
