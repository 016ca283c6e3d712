using Cairn.Storage.Http;
using Cairn.Storage.S3;

namespace Cairn.Storage;

/// <summary>What a store takes from its surroundings.</summary>
public sealed record StoreOptions
{
    /// <summary>
    /// Whether a PUT may create the repository's folder. Only for `init`: elsewhere a missing folder means a disk that
    /// is not mounted. A bucket is never created by a PUT.
    /// </summary>
    public bool CreateRoot { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Environment variables: where credentials may be.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Of remote stores.</summary>
    public TransferLimits Limits { get; init; } = TransferLimits.None;

    /// <summary>Of remote stores.</summary>
    public RequestCounter Requests { get; init; } = new();

    /// <summary>A request of a remote store in which nothing moves for so long has failed.</summary>
    public TimeSpan IdleMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What is known of this store from an earlier look; null if nothing.</summary>
    public S3Facts? Facts { get; init; }

    /// <summary>The storage class of data packs; null for the bucket's usual one.</summary>
    public string? DataClass { get; init; }
}
