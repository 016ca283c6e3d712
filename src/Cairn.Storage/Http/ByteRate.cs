using Cairn.Engine.Primitives;

namespace Cairn.Storage.Http;

/// <summary>
/// Lets so many bytes a second through, shared by all connections. Bytes are booked one after the other on a line of
/// time; who books waits until his begin, so that the rate holds over any second, however many wait. Time that nobody
/// used is lost but for a moment, so there are no bursts.
/// </summary>
public sealed class ByteRate
{
    static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(100);

    readonly Lock _lock = new();
    readonly long _bytesPerSecond;
    readonly TimeProvider _time;
    readonly long _start;
    TimeSpan _bookedUntil;

    /// <param name="bytesPerSecond">At least 1.</param>
    public ByteRate(long bytesPerSecond, TimeProvider time)
    {
        Invariant.That(bytesPerSecond >= 1);
        _bytesPerSecond = bytesPerSecond;
        _time = time;
        _start = time.GetTimestamp();
        // So small that a piece takes a fraction of a second, also with a low limit.
        PieceBytes = (int)Math.Clamp(bytesPerSecond / 20, 512, 64 << 10);
    }

    /// <summary>Callers cut what they send into pieces of at most this many bytes.</summary>
    public int PieceBytes { get; }

    public async ValueTask PassAsync(int bytes, CancellationToken cancellationToken)
    {
        var wait = Book(bytes);
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, _time, cancellationToken);
    }

    TimeSpan Book(int bytes)
    {
        lock (_lock)
        {
            var now = _time.GetElapsedTime(_start);
            var begin = _bookedUntil > now - Slack ? _bookedUntil : now - Slack;
            _bookedUntil = begin + TimeSpan.FromSeconds((double)bytes / _bytesPerSecond);
            return begin - now;
        }
    }
}

/// <summary>Bounds of the traffic with a remote store; null for none.</summary>
public sealed record TransferLimits(ByteRate? Upload, ByteRate? Download)
{
    public static readonly TransferLimits None = new(Upload: null, Download: null);
}
