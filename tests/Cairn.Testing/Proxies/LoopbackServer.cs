using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Cairn.Testing.Proxies;

/// <summary>Takes HTTP requests on a port of its own on loopback, one a connection, any number at once.</summary>
public abstract class LoopbackServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<Task, bool> _running = [];
    readonly Task _accepting;

    protected LoopbackServer()
    {
        _listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Endpoint { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_running.Keys);
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task ServeAsync(ProxyConnection connection, ProxyRequest request);

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var task = Task.Run(() => ServeAsync(client), CancellationToken.None);
                _running.TryAdd(task, value: true);
                _ = task.ContinueWith(done => _running.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using (client)
            try
            {
                var connection = new ProxyConnection(client, _stop.Token);
                if (await connection.ReadHeadAsync() is { } request)
                    await ServeAsync(connection, request);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One side went away: the client sees it.
            }
    }
}
