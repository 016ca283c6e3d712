using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using ByteRange = Cairn.Engine.Storage.ByteRange;
using ObjectLockMode = Cairn.Engine.Storage.ObjectLockMode;

namespace Cairn.Storage.S3;

/// <summary>The versions of the objects below a location, and their locks.</summary>
sealed class S3Versions(S3Client client, S3Location parsed, S3Errors errors, S3Writer writer) : IObjectVersions
{
    public DateTimeOffset? Now => client.Clock.Now;

    public async Task<VersionPage> ListPageAsync(
        string prefix, VersionPosition? after, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.Sdk.ListVersionsAsync(
                new ListVersionsRequest
                {
                    BucketName = parsed.Bucket, Prefix = parsed.Prefix + prefix, Encoding = EncodingType.Url,
                    KeyMarker = after?.Name, VersionIdMarker = after?.Id,
                },
                cancellationToken);
            return new VersionPage(
                [.. (answer.Versions ?? []).Select(version => ToListed(version))],
                answer.IsTruncated == true
                    ? new VersionPosition(Decode(answer.NextKeyMarker), answer.NextVersionIdMarker)
                    : null);
        }
        // Some do not know the request at all.
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.MethodNotAllowed
            or HttpStatusCode.NotImplemented)
        {
            return new VersionPage([], Next: null);
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw errors.Translate(e, key: null, "listed");
        }
    }

    public async Task<PooledBuffer> GetAsync(
        ObjectVersionKey version, ByteRange range, int maxBytes, CancellationToken cancellationToken)
    {
        Invariant.That(range.IsWhole || (range.Offset >= 0 && range.Length > 0));
        try
        {
            var request = new GetObjectRequest
            {
                BucketName = parsed.Bucket, Key = NameOf(version), VersionId = version.Id,
            };
            if (!range.IsWhole)
                request.ByteRange = new Amazon.S3.Model.ByteRange(range.Offset, range.Offset + range.Length - 1);
            using var response = await client.Sdk.GetObjectAsync(request, cancellationToken);
            return await S3Reader.ReadAsync(response, version.Key, range, maxBytes, cancellationToken);
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw errors.Translate(e, version.Key, "read");
        }
    }

    public async Task<ObjectEvidence> GetEvidenceAsync(
        ObjectVersionKey version, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.Sdk.GetObjectMetadataAsync(
                new GetObjectMetadataRequest
                {
                    BucketName = parsed.Bucket, Key = NameOf(version), VersionId = version.Id,
                    ChecksumMode = ChecksumMode.ENABLED,
                },
                cancellationToken);
            return new ObjectEvidence(
                answer.ContentLength, TryParseChecksum(answer.ChecksumSHA256),
                ToHeld(answer.ObjectLockMode?.Value, answer.ObjectLockRetainUntilDate));
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw errors.Translate(e, version.Key, "looked at");
        }
    }

    public async Task<HeldLock?> GetLockAsync(ObjectVersionKey version, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.Sdk.GetObjectRetentionAsync(
                new GetObjectRetentionRequest
                {
                    BucketName = parsed.Bucket, Key = NameOf(version), VersionId = version.Id,
                },
                cancellationToken);
            return ToHeld(answer.Retention?.Mode?.Value, answer.Retention?.RetainUntilDate);
        }
        catch (AmazonS3Exception e) when (IsWithoutLock(e))
        {
            return null;
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw errors.Translate(e, version.Key, "looked at");
        }
    }

    public async Task ExtendLockAsync(ObjectVersionKey version, HeldLock held, CancellationToken cancellationToken)
    {
        Invariant.That(version.Id is not null);
        try
        {
            await client.Sdk.PutObjectRetentionAsync(
                new PutObjectRetentionRequest
                {
                    BucketName = parsed.Bucket, Key = NameOf(version), VersionId = version.Id,
                    Retention = new ObjectLockRetention
                    {
                        Mode = held.Mode == ObjectLockMode.Compliance
                            ? ObjectLockRetentionMode.Compliance
                            : ObjectLockRetentionMode.Governance,
                        RetainUntilDate = S3Writer.WholeSeconds(held.Until),
                    },
                },
                cancellationToken);
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw errors.Translate(e, version.Key, "locked for longer");
        }
    }

    public async Task RemoveMarkerAsync(ObjectVersionKey marker, CancellationToken cancellationToken)
    {
        Invariant.That(marker.Id is not (null or ListedVersion.SharedId));
        try
        {
            await client.Sdk.DeleteObjectAsync(
                new DeleteObjectRequest
                {
                    BucketName = parsed.Bucket, Key = NameOf(marker), VersionId = marker.Id,
                },
                cancellationToken);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsMissingObject(e))
        {
            // Somebody was faster.
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw errors.Translate(e, marker.Key, "shown again");
        }
    }

    public Task PutOnTopAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        writer.PutOnTopAsync(key, content, options, cancellationToken);

    static HeldLock? ToHeld(string? mode, DateTime? until) => mode is { } known && until is { } end
        ? new HeldLock(
            known == ObjectLockRetentionMode.Compliance.Value ? ObjectLockMode.Compliance : ObjectLockMode.Governance,
            new DateTimeOffset(end.ToUniversalTime(), TimeSpan.Zero))
        : null;

    // Of an object that came in parts the checksum is one of checksums, with the number of parts behind it.
    static ObjectHash? TryParseChecksum(string? text)
    {
        var bytes = new byte[ObjectHash.Size];
        return text is not null && Convert.TryFromBase64String(text, bytes, out var written)
            && written == ObjectHash.Size
                ? new ObjectHash(bytes)
                : null;
    }

    // Of a version without a lock servers say that there is no configuration, of a bucket without locks that the
    // request makes no sense there; a delete marker has no lock at all.
    static bool IsWithoutLock(AmazonS3Exception e) =>
        e.ErrorCode is "NoSuchObjectLockConfiguration" or "ObjectLockConfigurationNotFoundError"
        || e.StatusCode == HttpStatusCode.MethodNotAllowed
        || (e.StatusCode == HttpStatusCode.BadRequest && e.ErrorCode == "InvalidRequest");

    string NameOf(ObjectVersionKey version) => parsed.Prefix + version.Key.Value;

    ListedVersion ToListed(S3ObjectVersion found) => new(
        Decode(found.Key)[parsed.Prefix.Length..], found.VersionId ?? ListedVersion.SharedId, found.Size ?? 0,
        found.LastModified is { } time ? new DateTimeOffset(time.ToUniversalTime(), TimeSpan.Zero) : default,
        found.IsDeleteMarker == true, found.IsLatest == true) { StorageClass = found.StorageClass?.Value };

    // XML cannot carry every name, so they are asked for encoded, as in a form: a space may be a plus. The SDK does not
    // say whether the server did so; in Cairn's own names there is nothing to encode.
    static string Decode(string? name) => Uri.UnescapeDataString((name ?? "").Replace('+', ' '));
}
