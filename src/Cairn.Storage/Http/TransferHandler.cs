namespace Cairn.Storage.Http;

/// <summary>What the traffic of one store is counted in and bounded by.</summary>
sealed record TransferMeter(RequestCounter Counter, TransferLimits Limits);

/// <summary>
/// Around every request: counts it, paces its bodies, ends it when nothing moves, and reads the server's clock.
/// </summary>
sealed class TransferHandler(
    HttpMessageHandler inner, TransferMeter meter, ServerClock clock, TimeSpan idleMax, TimeProvider time,
    Func<HttpRequestMessage, RequestKind> classify)
    : DelegatingHandler(inner)
{
    // To ask first whether the body is welcome costs a round trip; sending so much for nothing costs no more.
    const int SentAtOnceMax = 256 << 10;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        meter.Counter.Add(classify(request));
        var watch = new IdleWatch(idleMax, time, cancellationToken);
        var isHandedOver = false;
        try
        {
            if (request.Content is { } body)
            {
                request.Content = new UploadContent(body, meter, watch);
                if (body.Headers.ContentLength <= SentAtOnceMax)
                    request.Headers.ExpectContinue = null;
            }
            var response = await base.SendAsync(request, watch.Token);
            if (response.Headers.Date is { } date)
                clock.Observe(date);
            response.Content = new DownloadContent(response.Content, meter, watch);
            isHandedOver = true;
            return response;
        }
        catch (OperationCanceledException e) when (watch.IsIdle)
        {
            throw watch.ToException(e);
        }
        finally
        {
            if (!isHandedOver)
                watch.Dispose();
        }
    }
}
