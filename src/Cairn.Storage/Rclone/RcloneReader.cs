using System.Net.Http.Headers;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Storage.Http;

namespace Cairn.Storage.Rclone;

/// <summary>Reads the answer to a GET into a buffer, having looked whether it is what was asked for.</summary>
static class RcloneReader
{
    public static RangeHeaderValue? ToHeader(ByteRange range) =>
        range.IsWhole ? null : new RangeHeaderValue(range.Offset, range.Offset + range.Length - 1);

    public static async Task<PooledBuffer> ReadAsync(
        HttpResponseMessage response, ObjectKey key, ByteRange range, int maxBytes,
        CancellationToken cancellationToken)
    {
        var slice = Expect(response.Content.Headers, key, range, maxBytes);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await AnswerBody.ReadAsync(body, key, slice.Length, cancellationToken);
    }

    static ObjectSlice Expect(HttpContentHeaders headers, ObjectKey key, ByteRange range, int maxBytes)
    {
        if (range.IsWhole)
            return ObjectSlice.Of(key, headers.ContentLength ?? throw SizeUnknown(key), range, maxBytes);
        // A start behind the end is answered with a range that makes no sense, and which is no header to .NET.
        var size = headers.ContentRange?.Length ?? SizeOf(headers) ?? throw SizeUnknown(key);
        var slice = ObjectSlice.Of(key, size, range, maxBytes);
        return headers.ContentRange?.From == range.Offset
            ? slice
            : throw new StoreException(
                StoreErrorKind.Failed,
                $"{key}: rclone answers with another part than was asked for; such a remote cannot hold a repository",
                key);
    }

    // "bytes 400-299/300"
    static long? SizeOf(HttpContentHeaders headers) =>
        headers.TryGetValues("Content-Range", out var values)
        && long.TryParse(values.First().Split('/')[^1], out var size) && size >= 0
            ? size
            : null;

    static StoreException SizeUnknown(ObjectKey key) => new(
        StoreErrorKind.Failed,
        $"{key}: the remote does not tell how large it is; such a remote cannot hold a repository", key);
}
