using System.Net.Sockets;
using System.Text;

namespace Cairn.Testing.Proxies;

/// <summary>One client of a proxy, and its one request.</summary>
sealed class ProxyConnection(TcpClient client, CancellationToken stop)
{
    const int HeadMax = 64 << 10;

    readonly NetworkStream _stream = client.GetStream();
    byte[] _ahead = [];

    /// <summary>Null if the client closed without asking anything.</summary>
    public async Task<ProxyRequest?> ReadHeadAsync()
    {
        var buffer = new byte[HeadMax];
        var filled = 0;
        while (true)
        {
            var end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                _ahead = buffer[(end + 4)..filled];
                return ProxyRequest.Parse(Encoding.Latin1.GetString(buffer, 0, end));
            }
            var read = await _stream.ReadAsync(buffer.AsMemory(filled), stop);
            if (read == 0)
                return null;
            filled += read;
        }
    }

    /// <summary>Sends the request on and returns all of the answer, head and body.</summary>
    public async Task<byte[]> ForwardAsync(ProxyRequest request, Uri server)
    {
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(server.Host, server.Port, stop);
        var target = upstream.GetStream();
        await target.WriteAsync(request.ToHead(), stop);
        if (request.ExpectsContinue)
            await SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        await CopyBodyAsync(request.BodyLength, target);
        using var answer = new MemoryStream();
        await target.CopyToAsync(answer, stop);
        return answer.ToArray();
    }

    public async Task AnswerAsync(
        ProxyRequest request, string status, string code, string message = "on purpose")
    {
        // A body that the client has begun to send must be taken, or the kernel resets what we answer.
        if (!request.ExpectsContinue)
            await CopyBodyAsync(request.BodyLength, Stream.Null);
        var isHead = request.FirstLine.StartsWith("HEAD ", StringComparison.Ordinal);
        var body = $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>";
        await SendAsync(Encoding.Latin1.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\n"
            + $"Connection: close\r\n\r\n{(isHead ? "" : body)}"));
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes, stop);
        await _stream.FlushAsync(stop);
    }

    public void Reset()
    {
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Close();
    }

    /// <summary>Says nothing until the client gives up.</summary>
    public async Task WaitForEndAsync()
    {
        var nowhere = new byte[64 << 10];
        while (await _stream.ReadAsync(nowhere, stop) > 0)
        {
            // Whatever it still sends goes nowhere.
        }
    }

    async Task CopyBodyAsync(long length, Stream target)
    {
        var ahead = (int)Math.Min(_ahead.Length, length);
        await target.WriteAsync(_ahead.AsMemory(0, ahead), stop);
        var buffer = new byte[64 << 10];
        for (var left = length - ahead; left > 0;)
        {
            var read = await _stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), stop);
            if (read == 0)
                throw new IOException("the client went away in the middle of its body");
            await target.WriteAsync(buffer.AsMemory(0, read), stop);
            left -= read;
        }
    }
}
