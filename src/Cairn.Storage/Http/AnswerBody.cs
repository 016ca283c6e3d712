using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Storage.Http;

/// <summary>Reads the body of an answer to a GET.</summary>
static class AnswerBody
{
    /// <summary>So many bytes. What comes behind them is dropped with the connection.</summary>
    /// <exception cref="StoreException">Unavailable: it ended before.</exception>
    public static async Task<PooledBuffer> ReadAsync(
        Stream body, ObjectKey key, int length, CancellationToken cancellationToken)
    {
        var buffer = BufferPool.Shared.Rent(length);
        var isWhole = false;
        try
        {
            var read = await body.ReadAtLeastAsync(
                buffer.Memory, length, throwOnEndOfStream: false, cancellationToken);
            isWhole = read == length;
            return isWhole
                ? buffer
                : throw new StoreException(
                    StoreErrorKind.Unavailable, $"{key}: the answer ended after {read} of {length} bytes", key);
        }
        finally
        {
            if (!isWhole)
                buffer.Dispose();
        }
    }
}
