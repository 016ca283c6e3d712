using System.Globalization;
using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;
using Xunit;

namespace Cairn.Tests.Primitives;

[Collection(Measured.Name)]
public sealed class BufferPoolTests
{
    const int Pools = 64;
    const int BufferBytes = 256 << 20;

    /// <summary>Nothing of it is touched, so only addresses are spent.</summary>
    [Fact]
    public void What_a_pool_keeps_goes_with_the_pool_INV_8()
    {
        var before = AddressSpaceBytes();
        KeepMuch();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var more = AddressSpaceBytes() - before;
        Assert.True(more < (long)Pools * BufferBytes / 2, $"{more >> 20} MiB more than before");
    }

    [Fact]
    public void A_buffer_that_was_given_back_is_lent_again()
    {
        var pool = new BufferPool();
        using (var buffer = pool.Rent(5000))
            buffer.Span.Fill(7);
        Assert.Equal(0, pool.Outstanding);
        using var again = pool.Rent(6000);
        Assert.Equal(1, pool.Outstanding);
        Assert.Equal(Enumerable.Repeat((byte)7, 5000), again.Span[..5000].ToArray());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void KeepMuch()
    {
        for (var i = 0; i < Pools; i++)
            new BufferPool(BufferBytes).Rent(BufferBytes).Dispose();
    }

    static long AddressSpaceBytes()
    {
        const string Field = "VmSize:";
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..].Replace("kB", "").Trim(), CultureInfo.InvariantCulture) << 10;
    }
}
