using Cairn.Storage.Http;
using Cairn.Testing.Time;

namespace Cairn.Tests.Storage;

/// <summary>A request in which nothing moves ends, whatever is below does about it.</summary>
public sealed class TransferHandlerTests
{
    static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(60);

    readonly EagerTime _time = new();
    readonly Deaf _below = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_ends_although_what_is_below_does_not_hear_that_it_must_stop()
    {
        using var invoker = Create();
        var failure = await Assert.ThrowsAsync<IOException>(
            () => invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://store/"), Token));
        Assert.Equal("nothing was sent or received for 60 s", failure.Message);
        // What comes too late is let go.
        var late = new WatchedContent();
        _below.Answer(late);
        await late.Disposed.WaitAsync(Token);
    }

    [Fact]
    public async Task It_ends_when_its_body_is_sent()
    {
        using var invoker = Create();
        _below.ReadsBodies = true;
        await Assert.ThrowsAsync<IOException>(() => invoker.SendAsync(Put(), Token));
    }

    [Fact]
    public async Task It_does_not_end_while_its_body_may_still_be_read_since_that_memory_is_used_again()
    {
        using var invoker = Create();
        var hasWaited = new TaskCompletionSource();
        _time.OnWait = time =>
        {
            if (time < IdleMax)
                hasWaited.TrySetResult();
        };
        var sending = invoker.SendAsync(Put(), Token);
        await hasWaited.Task.WaitAsync(Token);
        for (var turn = 0; turn < 1000; turn++)
            await Task.Yield();
        Assert.False(sending.IsCompleted);
        var answer = _below.Answer(new WatchedContent());
        Assert.Same(answer, await sending);
    }

    [Fact]
    public async Task Who_asked_for_it_can_end_it_too()
    {
        using var invoker = Create();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invoker.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "http://store/"), new CancellationToken(canceled: true)));
    }

    static HttpRequestMessage Put() => new(HttpMethod.Put, "http://store/") { Content = new ByteArrayContent([1, 2]) };

    HttpMessageInvoker Create() => new(new TransferHandler(
        _below, new TransferMeter(new RequestCounter(), TransferLimits.None), new ServerClock(_time), IdleMax, _time,
        _ => RequestKind.Other));

    sealed class WatchedContent : ByteArrayContent
    {
        readonly TaskCompletionSource _disposed = new();

        public WatchedContent() : base([]) { }

        public Task Disposed => _disposed.Task;

        protected override void Dispose(bool disposing)
        {
            _disposed.TrySetResult();
            base.Dispose(disposing);
        }
    }

    /// <summary>Answers when it is told to, and not before.</summary>
    sealed class Deaf : HttpMessageHandler
    {
        readonly TaskCompletionSource<HttpResponseMessage> _answer = new();

        public bool ReadsBodies { get; set; }

        public HttpResponseMessage Answer(HttpContent content)
        {
            var answer = new HttpResponseMessage { Content = content };
            _answer.SetResult(answer);
            return answer;
        }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (ReadsBodies)
                await request.Content!.CopyToAsync(Stream.Null, CancellationToken.None);
            return await _answer.Task;
        }
    }
}
