using System.Net.Sockets;

namespace Cairn.Storage.Http;

/// <summary>
/// A connection whose answers are acknowledged at once. Linux holds an acknowledgement back for up to 40 ms in the hope
/// of something to send along with it; a server that leaves Nagle's algorithm on (Ceph's gateway does) holds the body
/// of a small answer back until the acknowledgement of its head comes. Each waits for the other, in every request.
/// </summary>
sealed class PromptStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    // From Linux' tcp.h.
    const int LevelTcp = 6;
    const int OptionQuickAck = 12;

    // Sending makes Linux take up its habit again.
    volatile bool _hasSent = true;

    /// <summary>As a handler connects by itself, but for the stream.</summary>
    public static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new PromptStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _hasSent = true;
        return base.WriteAsync(buffer, cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_hasSent && OperatingSystem.IsLinux())
        {
            _hasSent = false;
            Socket.SetRawSocketOption(LevelTcp, OptionQuickAck, BitConverter.GetBytes(1));
        }
        return base.ReadAsync(buffer, cancellationToken);
    }
}
