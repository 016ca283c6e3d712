namespace Cairn.Testing.Simulated.Buckets;

[Flags]
public enum S3Actions
{
    None = 0,
    GetObject = 1,
    GetObjectVersion = 2,
    PutObject = 4,
    /// <summary>Adds delete markers.</summary>
    DeleteObject = 8,
    DeleteObjectVersion = 16,
    ListBucket = 32,
    ListBucketVersions = 64,
    PutObjectRetention = 128,
    GetObjectRetention = 256,
    BypassGovernanceRetention = 512,
    RestoreObject = 1024,
    GetBucketObjectLockConfiguration = 2048,
    All = 4095,
}

/// <summary>A statement of a policy that allows something below a prefix. What nothing allows is forbidden.</summary>
public sealed record Grant(S3Actions Actions, string Prefix = "")
{
    /// <summary>PUT only with <c>If-None-Match: *</c>: it can add, and not put a new version over an old.</summary>
    public bool CreateOnly { get; init; }

    /// <summary>The longest lock, from now, that it may set.</summary>
    public int? LockDaysMax { get; init; }

    public LockMode? OnlyMode { get; init; }

    internal bool Covers(S3Actions action, string name) =>
        (Actions & action) != 0 && name.StartsWith(Prefix, StringComparison.Ordinal);

    internal bool AllowsLock(Retention? retention, DateTimeOffset now) =>
        (OnlyMode is null || retention?.Mode == OnlyMode)
        && (LockDaysMax is null || (retention is not null && (retention.RetainUntil - now).TotalDays <= LockDaysMax));
}

/// <summary>Somebody with credentials for the bucket.</summary>
public sealed class Caller(string name, params IReadOnlyList<Grant> grants)
{
    public static readonly Caller Owner = new("owner", new Grant(S3Actions.All));

    public string Name => name;

    public Caller With(params IReadOnlyList<Grant> more) => new(name, [.. grants, .. more]);

    public bool May(S3Actions action, string key) => grants.Any(grant => grant.Covers(action, key));

    public bool MayPut(PutRequest put) =>
        grants.Any(grant =>
            grant.Covers(S3Actions.PutObject, put.Key) && (!grant.CreateOnly || put.IfNoneMatch));

    public bool MayLock(string key, Retention? retention, DateTimeOffset now) =>
        grants.Any(grant =>
            grant.Covers(S3Actions.PutObjectRetention, key) && grant.AllowsLock(retention, now));

    public override string ToString() => name;
}
