using System.Collections.Concurrent;

namespace Cairn.Testing.Proxies;

/// <summary>
/// Answers every request with one S3 error: for answers that no server at hand can be brought to give.
/// </summary>
/// <param name="status">Like "400 Bad Request".</param>
public sealed class CannedServer(string status, string code, string message = "on purpose") : LoopbackServer
{
    readonly ConcurrentQueue<string> _requests = [];

    /// <summary>What was asked for, as often as it was.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    private protected override Task ServeAsync(ProxyConnection connection, ProxyRequest request)
    {
        _requests.Enqueue(request.FirstLine);
        return connection.AnswerAsync(request, status, code, message);
    }
}
