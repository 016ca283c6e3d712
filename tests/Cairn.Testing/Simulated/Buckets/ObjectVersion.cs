using System.Security.Cryptography;

namespace Cairn.Testing.Simulated.Buckets;

/// <summary>
/// One version of a key, or a delete marker. Unchangeable: the bucket replaces it where its lock or its restore state
/// changes, so what a caller holds is what he was told.
/// </summary>
public sealed record ObjectVersion
{
    public required string Key { get; init; }

    /// <summary>Says nothing about the order of versions.</summary>
    public required string VersionId { get; init; }

    public required DateTimeOffset LastModified { get; init; }

    /// <summary>Who wrote it: for failure messages and for tests; S3 tells it only in its logs.</summary>
    public required string Writer { get; init; }

    /// <summary>Number of the operation that made it, over all callers.</summary>
    public required long Operation { get; init; }

    public bool IsDeleteMarker { get; init; }
    public byte[] Content { get; init; } = [];

    /// <summary>What it was hashed to: other than <see cref="Content"/> only where that was corrupted.</summary>
    internal byte[]? Hashed { get; init; }

    public string ETag => IsDeleteMarker ? "" : Convert.ToHexStringLower(MD5.HashData(Hashed ?? Content));

    public Checksum? Checksum { get; init; }
    public StorageClass StorageClass { get; init; }
    public Retention? Retention { get; init; }
    public RestoreJob? Restore { get; init; }

    public long Size => Content.Length;

    public RestoreState RestoreStateAt(DateTimeOffset now) => Restore?.StateAt(now) ?? RestoreState.None;

    public bool IsReadableAt(DateTimeOffset now) =>
        !StorageClass.IsCold() || RestoreStateAt(now) == RestoreState.Restored;

    public override string ToString() =>
        $"{Key}?{VersionId} by {Writer} in operation {Operation}{(IsDeleteMarker ? " (delete marker)" : "")}";
}
