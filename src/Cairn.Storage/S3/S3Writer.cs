using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Engine.Storage;
using Cairn.Storage.Http;

namespace Cairn.Storage.S3;

/// <summary>
/// Stores objects under names that are free. Always with <c>If-None-Match: *</c>, until the store refuses to know it;
/// and with a look first, unless the store was seen to honour it: some accept it and overwrite all the same.
/// </summary>
sealed class S3Writer(
    S3Client client, S3Location parsed, StoreOptions options, S3Errors errors, S3DefaultLock defaultLock,
    Func<ObjectKey, CancellationToken, Task<ObjectInfo?>> look)
{
    volatile bool _sendsCondition = true;
    volatile bool _looks = !(options.Facts?.HonoursCreateOnly ?? false);

    public async Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions put,
        CancellationToken cancellationToken)
    {
        put = await WithLockAsync(key, put, cancellationToken);
        if (_looks && await IsThereAsync(key, cancellationToken))
            return PutOutcome.AlreadyThere;
        var hash = HashOf(content, put);
        try
        {
            var isConditional = _sendsCondition;
            try
            {
                await client.Sdk.PutObjectAsync(NewRequest(key, content, hash, put, isConditional), cancellationToken);
            }
            catch (AmazonS3Exception e) when (isConditional && S3Errors.IsConditionUnknown(e))
            {
                _sendsCondition = false;
                _looks = true;
                if (await IsThereAsync(key, cancellationToken))
                    return PutOutcome.AlreadyThere;
                await client.Sdk.PutObjectAsync(
                    NewRequest(key, content, hash, put, isConditional: false), cancellationToken);
            }
            return PutOutcome.Stored;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return PutOutcome.AlreadyThere;
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw errors.Translate(e, key, "stored");
        }
    }

    /// <summary>Over what is there: <see cref="IObjectVersions.PutOnTopAsync"/>.</summary>
    public async Task PutOnTopAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions put,
        CancellationToken cancellationToken)
    {
        put = await WithLockAsync(key, put, cancellationToken);
        try
        {
            await client.Sdk.PutObjectAsync(
                NewRequest(key, content, HashOf(content, put), put, isConditional: false), cancellationToken);
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw errors.Translate(e, key, "stored");
        }
    }

    /// <summary>Without a lock where the bucket gives it by itself.</summary>
    async Task<PutOptions> WithLockAsync(ObjectKey key, PutOptions put, CancellationToken cancellationToken)
    {
        if (put.Lock is not null && options.Facts is { Locks: false })
            throw NoLocks(key);
        return put.Lock is { } asked && await TryCoverAsync(asked, cancellationToken) ? put with { Lock = null } : put;
    }

    // What the bucket does by itself is by the server's clock, and needs no right to lock.
    async Task<bool> TryCoverAsync(ObjectLock asked, CancellationToken cancellationToken)
    {
        try
        {
            return await defaultLock.CoversAsync(asked, cancellationToken);
        }
        catch (StoreException e) when (!e.IsTransient)
        {
            return false;
        }
    }

    /// <summary>
    /// Who may not look stores: the name has the content's hash, and the condition is sent all the same.
    /// </summary>
    async Task<bool> IsThereAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await look(key, cancellationToken) is not null;
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Refused)
        {
            return false;
        }
    }

    PutObjectRequest NewRequest(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, byte[] hash, PutOptions put, bool isConditional)
    {
        var request = new PutObjectRequest
        {
            BucketName = parsed.Bucket, Key = parsed.Prefix + key.Value, InputStream = new PartsStream(content),
            AutoCloseStream = false, UseChunkEncoding = false, ContentType = "application/octet-stream",
            ChecksumSHA256 = Convert.ToBase64String(hash),
        };
        if (isConditional)
            request.IfNoneMatch = "*";
        if ((put.StorageClass ?? (put.IsData ? options.DataClass : null)) is { } storageClass)
            request.StorageClass = new S3StorageClass(storageClass);
        if (put.Lock is { } asked)
        {
            request.ObjectLockMode = asked.Mode == Engine.Storage.ObjectLockMode.Compliance
                ? Amazon.S3.ObjectLockMode.Compliance
                : Amazon.S3.ObjectLockMode.Governance;
            request.ObjectLockRetainUntilDate = RetainUntil(key, asked);
        }
        return request;
    }

    // Every run reads before it stores, so the store has told its time.
    DateTime RetainUntil(ObjectKey key, ObjectLock asked)
    {
        var now = client.Clock.Now ?? throw new StoreException(
            StoreErrorKind.Failed, $"{key} was not stored: the store has not told its time yet", key);
        return WholeSeconds(now + asked.Duration);
    }

    /// <summary>Some servers refuse parts of seconds. Rounded up, so that it is never too short.</summary>
    internal static DateTime WholeSeconds(DateTimeOffset time)
    {
        var next = time + TimeSpan.FromSeconds(1);
        return new DateTime(next.UtcTicks - next.UtcTicks % TimeSpan.TicksPerSecond, DateTimeKind.Utc);
    }

    StoreException NoLocks(ObjectKey key) => new(
        StoreErrorKind.Refused,
        $"{key} was not stored: it was to be locked, and the bucket {parsed.Bucket} was seen not to lock objects. "
        + "Use a bucket with Object Lock (cairn init --lock creates one), and look again with: cairn doctor", key);

    // One that is known is of the bytes as they were sealed: a server that compares it refuses what turned since, where
    // a hash made here would be of the turned bytes.
    static byte[] HashOf(IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions put)
    {
        if (put.Hash is { } known)
            return known.AsSpan().ToArray();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in content)
            hash.AppendData(part.Span);
        return hash.GetHashAndReset();
    }
}
