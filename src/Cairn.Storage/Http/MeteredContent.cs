using System.Net;

namespace Cairn.Storage.Http;

/// <summary>A body on its way to the server, at the pace of the limit and under the eye of the watch.</summary>
sealed class UploadContent : HttpContent
{
    const int PieceMax = 64 << 10;

    readonly HttpContent _inner;
    readonly TransferMeter _meter;
    readonly IdleWatch _watch;

    public UploadContent(HttpContent inner, TransferMeter meter, IdleWatch watch)
    {
        _inner = inner;
        _meter = meter;
        _watch = watch;
        foreach (var header in inner.Headers)
            Headers.TryAddWithoutValidation(header.Key, header.Value);
    }

    /// <summary>Whether nobody reads the memory any more that it comes from.</summary>
    public bool IsSent { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var body = await _inner.ReadAsStreamAsync(cancellationToken);
        var rate = _meter.Limits.Upload;
        var piece = new byte[Math.Min(rate?.PieceBytes ?? PieceMax, PieceMax)];
        while (await body.ReadAsync(piece, cancellationToken) is > 0 and var read)
        {
            if (rate is not null)
                await rate.PassAsync(read, cancellationToken);
            _watch.Touch();
            await stream.WriteAsync(piece.AsMemory(0, read), cancellationToken);
            _watch.Touch();
            _meter.Counter.AddSent(read);
        }
        IsSent = true;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? -1;
        return length >= 0;
    }
}

/// <summary>A body on its way from the server.</summary>
sealed class DownloadContent : HttpContent
{
    readonly HttpContent _inner;
    readonly TransferMeter _meter;
    readonly IdleWatch _watch;

    public DownloadContent(HttpContent inner, TransferMeter meter, IdleWatch watch)
    {
        _inner = inner;
        _meter = meter;
        _watch = watch;
        foreach (var header in inner.Headers)
            Headers.TryAddWithoutValidation(header.Key, header.Value);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() =>
        new DownloadStream(await _inner.ReadAsStreamAsync(), _meter, _watch);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using var body = await CreateContentReadStreamAsync();
        await body.CopyToAsync(stream);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? -1;
        return length >= 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _watch.Dispose();
        }
        base.Dispose(disposing);
    }
}
