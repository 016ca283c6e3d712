using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using ByteRange = Cairn.Engine.Storage.ByteRange;

namespace Cairn.Storage.S3;

/// <summary>
/// A prefix of a bucket of any store that speaks S3. Each member is one request (a listing: one for a thousand names),
/// but a PUT where the store is not known to honour <c>If-None-Match: *</c>: that one looks first.
/// <list type="bullet">
/// <item>A PUT is never cut into parts: no orphans, one checksum over all, and one condition.</item>
/// <item>It carries its SHA-256 twice, in the signature and as the object's checksum, and a plain body: the one form
/// that all kinds of servers understand, and that buckets with locks insist on.</item>
/// </list>
/// </summary>
public sealed class S3Store : IObjectStore, IVersionedStore
{
    const int Concurrency = 16;

    readonly S3Location _parsed;
    readonly S3Client _client;
    readonly S3Errors _errors;
    readonly S3Writer _writer;

    /// <param name="location">How the user wrote it.</param>
    /// <exception cref="StoreException">There are no credentials.</exception>
    public S3Store(S3Location parsed, string location, StoreOptions options)
    {
        _parsed = parsed;
        Location = location;
        _client = new S3Client(parsed, options);
        _errors = new S3Errors(location, parsed);
        DefaultLock = new S3DefaultLock(_client, parsed, _errors);
        _writer = new S3Writer(_client, parsed, options, _errors, DefaultLock, StatAsync);
        Versions = new S3Versions(_client, parsed, _errors, _writer);
        Capabilities = new StoreCapabilities
        {
            ListsWhatWasWritten = true, Concurrency = Concurrency, HasCheapRanges = false,
            DecidesRaces = options.Facts?.HonoursCreateOnly ?? false, CanLock = options.Facts?.Locks ?? false,
            ListsInOrder = options.Facts?.ListsInOrder ?? true,
        };
    }

    public string Location { get; }

    public StoreCapabilities Capabilities { get; }

    public IObjectVersions? Versions { get; }

    /// <summary>How much the store's clock is ahead of this machine's; null before its first answer.</summary>
    public TimeSpan? ClockOffset => _client.Clock.Offset;

    internal S3Client Client => _client;

    internal S3Errors Errors => _errors;

    internal S3DefaultLock DefaultLock { get; }

    public async Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await _writer.PutAsync(key, content, options, cancellationToken);
    }

    public async Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // HTTP has no word for these; the size decides what they mean.
        if (!range.IsWhole && (range.Offset < 0 || range.Length == 0 || range.Length > maxBytes
            || range.Length > long.MaxValue - range.Offset))
            return await GetOddRangeAsync(key, range, maxBytes, cancellationToken);
        try
        {
            var request = new GetObjectRequest { BucketName = _parsed.Bucket, Key = _parsed.Prefix + key.Value };
            if (!range.IsWhole)
                request.ByteRange = new Amazon.S3.Model.ByteRange(range.Offset, range.Offset + range.Length - 1);
            using var response = await _client.Sdk.GetObjectAsync(request, cancellationToken);
            return await S3Reader.ReadAsync(response, key, range, maxBytes, cancellationToken);
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw _errors.Translate(e, key, "read");
        }
    }

    public async Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var request = new GetObjectMetadataRequest
            {
                BucketName = _parsed.Bucket, Key = _parsed.Prefix + key.Value,
            };
            var response = await _client.Sdk.GetObjectMetadataAsync(request, cancellationToken);
            return new ObjectInfo(key, response.ContentLength, ToTime(response.LastModified));
        }
        catch (AmazonS3Exception e) when (S3Errors.IsMissingObject(e))
        {
            // The answer to a HEAD has no body, so it cannot say that it is the bucket that is missing. Whoever opens
            // a repository reads its descriptor first, and that is told.
            return null;
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw _errors.Translate(e, key, "looked at");
        }
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Invariant.That(ObjectKey.IsPrefix(prefix));
        string? token = null;
        var last = "";
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await ListPageAsync(prefix, token, cancellationToken);
            // The SDK makes no empty lists.
            foreach (var found in page.S3Objects ?? [])
            {
                cancellationToken.ThrowIfCancellationRequested();
                var info = ToInfo(found, page.Encoding == EncodingType.Url);
                RequireOrder(last, info.Name);
                last = info.Name;
                yield return info;
            }
            token = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (token is not null);
    }

    public async Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var request = new DeleteObjectRequest { BucketName = _parsed.Bucket, Key = _parsed.Prefix + key.Value };
            await _client.Sdk.DeleteObjectAsync(request, cancellationToken);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsMissingObject(e))
        {
            // Some servers say so.
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw _errors.Translate(e, key, "deleted");
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task<PooledBuffer> GetOddRangeAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        var info = await StatAsync(key, cancellationToken)
            ?? throw new StoreException(StoreErrorKind.NotFound, $"{key}: there is no such object in {Location}", key);
        var slice = ObjectSlice.Of(key, info.Size, range, maxBytes);
        Invariant.That(slice.Length == 0);
        return BufferPool.Shared.Rent(0);
    }

    async Task<ListObjectsV2Response> ListPageAsync(
        string prefix, string? continuation, CancellationToken cancellationToken)
    {
        try
        {
            var request = new ListObjectsV2Request
            {
                BucketName = _parsed.Bucket, Prefix = _parsed.Prefix + prefix, ContinuationToken = continuation,
                Encoding = EncodingType.Url,
            };
            return await _client.Sdk.ListObjectsV2Async(request, cancellationToken);
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw _errors.Translate(e, key: null, "listed");
        }
    }

    void RequireOrder(string last, string name)
    {
        if (Capabilities.ListsInOrder && string.CompareOrdinal(last, name) > 0)
            throw new StoreException(
                StoreErrorKind.Failed,
                $"{Location} was not listed: it gives names out of order ({name} behind {last}). "
                + "Have that looked into, and remembered, with: cairn doctor");
    }

    ObjectInfo ToInfo(S3Object found, bool isEncoded)
    {
        // XML cannot carry every name, so they are asked for encoded, as in a form: a space may be a plus.
        var full = isEncoded
            ? Uri.UnescapeDataString(found.Key.Replace('+', ' '))
            : found.Key;
        var name = full[_parsed.Prefix.Length..];
        var (size, modified) = (found.Size ?? 0, ToTime(found.LastModified));
        return ObjectKey.TryParse(name, out var key)
            ? new ObjectInfo(key, size, modified) { StorageClass = found.StorageClass?.Value }
            : new ObjectInfo(default, size, modified, name);
    }

    static DateTimeOffset? ToTime(DateTime? time) =>
        time is { } known ? new DateTimeOffset(known.ToUniversalTime(), TimeSpan.Zero) : null;
}
