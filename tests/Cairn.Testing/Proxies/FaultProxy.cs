using System.Collections.Concurrent;

namespace Cairn.Testing.Proxies;

public enum ProxyFault
{
    None,
    /// <summary>The request does not arrive, and the answer is 500 InternalError.</summary>
    Error,
    /// <summary>The request does not arrive, and the answer is 503 SlowDown.</summary>
    Busy,
    /// <summary>The request does not arrive, and the connection is reset.</summary>
    Reset,
    /// <summary>The request does not arrive, and nothing ever comes back.</summary>
    Silence,
    /// <summary>The request is carried out, and the connection ends in the middle of the answer.</summary>
    Truncated,
    /// <summary>The request is carried out, and the connection is reset instead of an answer.</summary>
    Lost,
}

/// <summary>
/// A proxy on loopback in front of a real HTTP server that lets some requests fail, as networks and servers do. Which
/// fails is decided by the given function, called for one request at a time.
/// </summary>
/// <param name="decide">Gets the first line of a request.</param>
public sealed class FaultProxy(Uri server, Func<string, ProxyFault> decide) : LoopbackServer
{
    readonly ConcurrentDictionary<ProxyFault, int> _counts = [];
    readonly Lock _lock = new();

    /// <summary>How many requests met what.</summary>
    public IReadOnlyDictionary<ProxyFault, int> Counts => _counts;

    /// <summary>Requests fail with a probability, in all the ways there are; the same seed draws the same.</summary>
    public static FaultProxy Random(Uri server, int seed, double probability)
    {
        var random = new Random(seed);
        var faults = Enum.GetValues<ProxyFault>().Where(fault => fault != ProxyFault.None).ToArray();
        return new FaultProxy(
            server, _ => random.NextDouble() < probability ? faults[random.Next(faults.Length)] : ProxyFault.None);
    }

    private protected override Task ServeAsync(ProxyConnection connection, ProxyRequest request) =>
        ServeAsync(connection, request, Decide(request.FirstLine));

    ProxyFault Decide(string firstLine)
    {
        ProxyFault fault;
        lock (_lock)
            fault = decide(firstLine);
        _counts.AddOrUpdate(fault, 1, (_, count) => count + 1);
        return fault;
    }

    async Task ServeAsync(ProxyConnection connection, ProxyRequest request, ProxyFault fault)
    {
        switch (fault)
        {
            case ProxyFault.Error:
                await connection.AnswerAsync(request, "500 Internal Server Error", "InternalError");
                return;
            case ProxyFault.Busy:
                await connection.AnswerAsync(request, "503 Slow Down", "SlowDown");
                return;
            case ProxyFault.Reset:
                connection.Reset();
                return;
            case ProxyFault.Silence:
                await connection.WaitForEndAsync();
                return;
        }
        var answer = await connection.ForwardAsync(request, server);
        if (fault == ProxyFault.Lost)
            connection.Reset();
        else
            await connection.SendAsync(fault == ProxyFault.Truncated ? answer[..(answer.Length / 2)] : answer);
    }
}
