using Cairn.Storage.Http;
using Cairn.Testing.Time;

namespace Cairn.Tests.Storage;

public class ByteRateTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1_000)]
    [InlineData(100_000)]
    [InlineData(50_000_000)]
    public async Task Bytes_pass_at_the_rate_to_a_tenth(long bytesPerSecond)
    {
        var time = new EagerTime();
        var rate = new ByteRate(bytesPerSecond, time);
        var start = time.GetTimestamp();
        var bytes = 0L;
        while (bytes < bytesPerSecond * 20)
        {
            await rate.PassAsync(rate.PieceBytes, Token);
            bytes += rate.PieceBytes;
        }
        var measured = bytes / time.GetElapsedTime(start).TotalSeconds;
        Assert.InRange(measured, bytesPerSecond * 0.9, bytesPerSecond * 1.1);
    }

    [Fact]
    public async Task Time_that_nobody_used_is_not_saved_up_for_a_burst()
    {
        var time = new EagerTime();
        var rate = new ByteRate(10_000, time);
        await rate.PassAsync(1, Token);
        time.Advance(TimeSpan.FromHours(1));
        var start = time.GetTimestamp();
        for (var i = 0; i < 100; i++)
            await rate.PassAsync(500, Token);
        Assert.InRange(time.GetElapsedTime(start).TotalSeconds, 4.5, 5.5);
    }
}
