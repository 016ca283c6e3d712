namespace Cairn.Storage.Http;

/// <summary>Reads a body at the pace of the limit, and gives up when nothing comes any more.</summary>
sealed class DownloadStream(Stream inner, TransferMeter meter, IdleWatch watch) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var rate = meter.Limits.Download;
        var piece = rate is null ? buffer : buffer[..Math.Min(buffer.Length, rate.PieceBytes)];
        watch.Touch();
        int read;
        try
        {
            // The watch knows the caller's token of the request; reading has usually the same, and may have another.
            using var both = CancellationTokenSource.CreateLinkedTokenSource(watch.Token, cancellationToken);
            read = await inner.ReadAsync(piece, both.Token);
        }
        catch (OperationCanceledException e) when (watch.IsIdle && !cancellationToken.IsCancellationRequested)
        {
            throw watch.ToException(e);
        }
        meter.Counter.AddReceived(read);
        if (rate is not null && read > 0)
            await rate.PassAsync(read, cancellationToken);
        watch.Touch();
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>The SDK reads small answers (errors) this way.</summary>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
