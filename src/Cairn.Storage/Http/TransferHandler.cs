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

    /// <summary>What was told to stop has so long to do it.</summary>
    static readonly TimeSpan HearingMax = TimeSpan.FromSeconds(5);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        meter.Counter.Add(classify(request));
        var watch = new IdleWatch(idleMax, time, cancellationToken);
        var isHandedOver = false;
        UploadContent? upload = null;
        try
        {
            if (request.Content is { } body)
            {
                request.Content = upload = new UploadContent(body, meter, watch);
                if (body.Headers.ContentLength <= SentAtOnceMax)
                    request.Headers.ExpectContinue = null;
            }
            var response = await HearAsync(base.SendAsync(request, watch.Token), upload, watch.Token);
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

    // What is below was told to stop, and usually does. If it does not, for whatever reason, nobody waits for it: a
    // backup shall not hang for ever. But not while it may read a body, from memory that is then used for another.
    async Task<HttpResponseMessage> HearAsync(
        Task<HttpResponseMessage> sending, UploadContent? upload, CancellationToken stop)
    {
        try
        {
            return await sending.WaitAsync(stop);
        }
        catch (OperationCanceledException) when (!sending.IsCompleted)
        {
            try
            {
                return await sending.WaitAsync(HearingMax, time, CancellationToken.None);
            }
            catch (TimeoutException) when (upload is { IsSent: false })
            {
                return await sending;
            }
            catch (TimeoutException e)
            {
                _ = sending.ContinueWith(
                    late => late.Result.Dispose(), CancellationToken.None,
                    TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
                throw new OperationCanceledException("the request did not stop when it was told to", e, stop);
            }
        }
    }
}
