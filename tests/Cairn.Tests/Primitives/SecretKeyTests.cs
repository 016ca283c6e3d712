using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Primitives;

public class SecretKeyTests
{
    [Fact]
    public void Disposal_zeroes_the_bytes_and_closes_the_key()
    {
        var key = SecretKey.CopyFrom(new SeededRandom(1).Bytes(48));
        var view = key.AsSpan();
        Assert.True(view.ContainsAnyExcept((byte)0));
        key.Dispose();
        Assert.False(view.ContainsAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(() => key.AsSpan().Length);
        key.Dispose();
    }

    [Fact]
    public void The_text_of_a_key_says_nothing_but_its_length()
    {
        using var key = SecretKey.CopyFrom("secret secret secret"u8);
        Assert.Equal("SecretKey(20 bytes)", key.ToString());
    }

    [Fact]
    public void Copies_are_independent_and_random_keys_come_from_the_source()
    {
        var first = SecretKey.CreateRandom(32, new SeededRandom(7));
        using var second = first.Copy();
        first.Dispose();
        Assert.Equal(new SeededRandom(7).Bytes(32), second.AsSpan().ToArray());
    }

    [Fact]
    public void The_systems_source_does_not_repeat_itself()
    {
        using var first = SecretKey.CreateRandom(32, SystemRandom.Instance);
        using var second = SecretKey.CreateRandom(32, SystemRandom.Instance);
        Assert.False(first.AsSpan().SequenceEqual(second.AsSpan()));
    }
}
