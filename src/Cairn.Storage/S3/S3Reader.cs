using Amazon.S3.Model;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Storage.Http;
using ByteRange = Cairn.Engine.Storage.ByteRange;

namespace Cairn.Storage.S3;

/// <summary>Reads the answer to a GET into a buffer, having looked whether it is what was asked for.</summary>
static class S3Reader
{
    public static async Task<PooledBuffer> ReadAsync(
        GetObjectResponse response, ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        // A server may send more than was asked for.
        var length = Expect(response, key, range, maxBytes);
        return await AnswerBody.ReadAsync(response.ResponseStream, key, length, cancellationToken);
    }

    static int Expect(GetObjectResponse response, ObjectKey key, ByteRange range, int maxBytes)
    {
        if (range.IsWhole)
            return ObjectSlice.Of(key, response.ContentLength, range, maxBytes).Length;
        if (!TryParse(response.ContentRange, out var first, out var size) || first != range.Offset)
            throw new StoreException(
                StoreErrorKind.Failed,
                $"{key}: the store answers with the whole object where a part was asked for. "
                + "Such a store cannot hold a repository: see cairn doctor", key);
        var slice = ObjectSlice.Of(key, size, range, maxBytes);
        return response.ContentLength >= slice.Length
            ? slice.Length
            : throw new StoreException(
                StoreErrorKind.Unavailable,
                $"{key}: {response.ContentLength} bytes came where {slice.Length} were asked for", key);
    }

    // "bytes 5-14/100"
    static bool TryParse(string? text, out long first, out long size)
    {
        (first, size) = (0, 0);
        const string start = "bytes ";
        if (text?.StartsWith(start, StringComparison.Ordinal) != true)
            return false;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return dash > 0 && slash > dash
            && long.TryParse(text.AsSpan(start.Length, dash - start.Length), out first)
            && long.TryParse(text.AsSpan(slash + 1), out size) && first >= 0 && size >= 0;
    }
}
