using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Engine.Storage;

namespace Cairn.Storage.S3;

enum LockEffect { None, Ignored, Holds }

/// <summary>The requests of a probe, raw, and the objects that they left.</summary>
sealed class S3ProbeObjects(S3Store store, S3Location location)
{
    /// <summary>As short as a lock can be and still be seen to hold.</summary>
    static readonly TimeSpan LockDuration = TimeSpan.FromMinutes(1);

    readonly HashSet<ObjectKey> _made = [];

    /// <summary>A conditional PUT replaced an object.</summary>
    public bool WasOverwritten { get; set; }

    AmazonS3Client Sdk => store.Client.Sdk;

    public Task<PutObjectResponse> PutAsync(
        ObjectKey key, byte[] content, bool isConditional, Action<PutObjectRequest>? change = null,
        CancellationToken cancellationToken = default)
    {
        lock (_made)
            _made.Add(key);
        var hash = SHA256.HashData(content);
        var request = new PutObjectRequest
        {
            BucketName = location.Bucket, Key = location.Prefix + key.Value, InputStream = new MemoryStream(content),
            UseChunkEncoding = false, ChecksumSHA256 = Convert.ToBase64String(hash),
            ContentType = "application/octet-stream",
        };
        if (isConditional)
            request.IfNoneMatch = "*";
        change?.Invoke(request);
        return Sdk.PutObjectAsync(request, cancellationToken);
    }

    /// <summary>OK, or how it was refused; whatever else fails is thrown.</summary>
    public async Task<HttpStatusCode> TryPutConditionallyAsync(
        ObjectKey key, byte[] content, CancellationToken cancellationToken)
    {
        try
        {
            await PutAsync(key, content, isConditional: true, cancellationToken: cancellationToken);
            return HttpStatusCode.OK;
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict
            or HttpStatusCode.NotImplemented)
        {
            return e.StatusCode;
        }
    }

    public async Task<byte[]> ReadAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        using var read = await store.GetAsync(key, Engine.Storage.ByteRange.Whole, maxBytes: 1024, cancellationToken);
        return read.Span.ToArray();
    }

    public async Task<int> CountVersionsAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await Sdk.ListVersionsAsync(
                new ListVersionsRequest { BucketName = location.Bucket, Prefix = location.Prefix + key.Value },
                cancellationToken);
            return answer.Versions?.Count(version => version.Key == location.Prefix + key.Value) ?? 0;
        }
        catch (AmazonS3Exception e) when (IsUnknown(e))
        {
            return 0;
        }
    }

    /// <summary>Stores an object that is locked, and tries to remove it.</summary>
    public async Task<LockEffect> ProbeLockAsync(
        ObjectKey key, bool hasDefault, CancellationToken cancellationToken)
    {
        var version = await StoreLockedAsync(key, hasDefault, cancellationToken);
        if (version is null)
            return LockEffect.None;
        try
        {
            await Sdk.DeleteObjectAsync(
                new DeleteObjectRequest
                {
                    BucketName = location.Bucket, Key = location.Prefix + key.Value, VersionId = version,
                },
                cancellationToken);
            return LockEffect.Ignored;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            // Without the right to remove versions it would be refused without a lock too: the date must be there.
            var held = await Sdk.GetObjectRetentionAsync(
                new GetObjectRetentionRequest
                {
                    BucketName = location.Bucket, Key = location.Prefix + key.Value, VersionId = version,
                },
                cancellationToken);
            return held.Retention?.Mode is null ? LockEffect.Ignored : LockEffect.Holds;
        }
    }

    public async Task<bool> IsWrongChecksumRefusedAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            var wrong = Convert.ToBase64String(SHA256.HashData([9, 9, 9]));
            await PutAsync(
                key, [1, 2, 3], isConditional: false, request => request.ChecksumSHA256 = wrong, cancellationToken);
            return false;
        }
        catch (AmazonS3Exception e) when (e.ErrorCode is "BadDigest" or "InvalidDigest"
            or "XAmzContentChecksumMismatch")
        {
            return true;
        }
    }

    public async Task<bool> KeepsChecksumAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await PutAsync(key, [4, 5, 6], isConditional: false, cancellationToken: cancellationToken);
        var answer = await Sdk.GetObjectMetadataAsync(
            new GetObjectMetadataRequest
            {
                BucketName = location.Bucket, Key = location.Prefix + key.Value, ChecksumMode = ChecksumMode.ENABLED,
            },
            cancellationToken);
        return answer.ChecksumSHA256 == Convert.ToBase64String(SHA256.HashData([4, 5, 6]));
    }

    /// <summary>
    /// As well as it can be done: locked versions stay until their lock lapses, hidden below a marker.
    /// </summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        foreach (var key in _made)
            try
            {
                await store.DeleteAsync(key, cancellationToken);
            }
            catch (StoreException e) when (e.Kind is StoreErrorKind.Refused or StoreErrorKind.Protected)
            {
                // It is small, and named for what it is.
            }
    }

    // With a default retention no headers are needed, and on some servers a host may not set any.
    async Task<string?> StoreLockedAsync(ObjectKey key, bool hasDefault, CancellationToken cancellationToken)
    {
        try
        {
            var until = (store.Client.Clock.Now ?? DateTimeOffset.MinValue).UtcDateTime + LockDuration;
            var answer = await PutAsync(
                key, [1], isConditional: false,
                request =>
                {
                    if (hasDefault)
                        return;
                    request.ObjectLockMode = Amazon.S3.ObjectLockMode.Governance;
                    request.ObjectLockRetainUntilDate = until;
                },
                cancellationToken);
            return answer.VersionId;
        }
        catch (AmazonS3Exception e) when (IsUnknown(e) || e.StatusCode == HttpStatusCode.BadRequest)
        {
            return null;
        }
    }

    static bool IsUnknown(AmazonS3Exception e) =>
        e.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound;
}
