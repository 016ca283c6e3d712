namespace Cairn.Testing.Proxies;

/// <summary>
/// Answers every request with one S3 error: for answers that no server at hand can be brought to give.
/// </summary>
/// <param name="status">Like "400 Bad Request".</param>
public sealed class CannedServer(string status, string code, string message = "on purpose") : LoopbackServer
{
    int _requests;

    public int Requests => Volatile.Read(ref _requests);

    private protected override Task ServeAsync(ProxyConnection connection, ProxyRequest request)
    {
        Interlocked.Increment(ref _requests);
        return connection.AnswerAsync(request, status, code, message);
    }
}
