namespace Cairn.Testing.Simulated.Buckets;

/// <summary>A PUT of an object with the headers that matter here.</summary>
public sealed record PutRequest(string Key, byte[] Content)
{
    /// <summary><c>If-None-Match: *</c></summary>
    public bool IfNoneMatch { get; init; }

    public Checksum? Checksum { get; init; }
    public StorageClass StorageClass { get; init; }

    /// <summary>The mode and the date are two headers: a request may bring only one of them.</summary>
    public LockMode? LockMode { get; init; }

    public DateTimeOffset? RetainUntil { get; init; }

    public bool HasLockHeader => LockMode is not null || RetainUntil is not null;

    public PutRequest WithSha256() =>
        this with { Checksum = Buckets.Checksum.Of(ChecksumKind.Sha256, Content) };

    /// <summary>The lock that the headers ask for, or the refusal of what they say.</summary>
    public Retention? AskedRetention(bool hasObjectLock, DateTimeOffset now)
    {
        if (!HasLockHeader)
            return null;
        if (!hasObjectLock)
            throw S3Errors.BucketHasNoLock();
        if (LockMode is not { } mode || RetainUntil is not { } until)
            throw S3Errors.ModeAndDateBelongTogether();
        var retention = new Retention(mode, until);
        retention.CheckDate(now);
        return retention;
    }
}
