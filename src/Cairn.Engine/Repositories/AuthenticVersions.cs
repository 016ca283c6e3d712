using System.Security.Cryptography;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories;

/// <summary>
/// Tells of the versions of a name the one that was stored under it. Names have the hash of the content; the descriptor
/// has its own signature.
/// </summary>
public static class AuthenticVersions
{
    /// <summary>The most that an object of this name may have.</summary>
    public static int MaxBytesOf(ObjectKey key) =>
        key == ObjectNames.Descriptor ? Limits.DescriptorBytes
        : ObjectNames.TryParsePack(key, out _) ? Limits.PackBytes
        : Limits.ObjectBytes;

    /// <summary>Whether these bytes are what the name says.</summary>
    public static bool IsMatch(ObjectKey key, ReadOnlySpan<byte> bytes, RepositoryId repository)
    {
        if (key == ObjectNames.Descriptor)
            return TryDecodeDescriptor(bytes)?.Id == repository;
        if (!ObjectNames.TryParseContentHash(key, out var hash))
            return false;
        Span<byte> actual = stackalloc byte[ObjectHash.Size];
        SHA256.HashData(bytes, actual);
        return new ObjectHash(actual) == hash;
    }

    /// <summary>The same, for who does not know yet which repository it is.</summary>
    public static bool IsPlausible(ObjectKey key, ReadOnlySpan<byte> bytes) =>
        key == ObjectNames.Descriptor
            ? TryDecodeDescriptor(bytes) is not null
            : !ObjectNames.TryParseContentHash(key, out _) || IsMatch(key, bytes, repository: default);

    /// <summary>The id of the oldest plausible version; null if none is.</summary>
    public static async Task<string?> FindPlausibleAsync(
        IObjectVersions versions, ObjectKey key, IReadOnlyList<ListedVersion> oldestFirst,
        CancellationToken cancellationToken)
    {
        if (key == ObjectNames.Descriptor)
            return (await FindDescriptorsAsync(versions, cancellationToken)).FirstOrDefault().Version;
        if (await FindAsync(versions, key, oldestFirst, repository: default, cancellationToken) is not { } found)
            return null;
        found.Bytes.Dispose();
        return found.Version.Id;
    }

    /// <summary>
    /// The oldest version that is what the name says, and its bytes, which the caller owns; null if none is.
    /// </summary>
    /// <param name="oldestFirst">Versions of the key with data.</param>
    public static async Task<(ListedVersion Version, PooledBuffer Bytes)?> FindAsync(
        IObjectVersions versions, ObjectKey key, IEnumerable<ListedVersion> oldestFirst, RepositoryId repository,
        CancellationToken cancellationToken)
    {
        var max = MaxBytesOf(key);
        foreach (var version in oldestFirst.Where(version => version.Size <= max))
        {
            PooledBuffer bytes;
            try
            {
                bytes = await versions.GetAsync(
                    new ObjectVersionKey(key, version.Id), ByteRange.Whole, max, cancellationToken);
            }
            catch (StoreException e) when (e.Kind == StoreErrorKind.NotFound)
            {
                continue;
            }
            if (IsMatch(key, bytes.Span, repository))
                return (version, bytes);
            bytes.Dispose();
        }
        return null;
    }

    /// <summary>
    /// All versions of the descriptor that are signed as they should be, the oldest first. Anybody can make one with
    /// keys of his own: which repository is meant the caller knows, or finds out by its key.
    /// </summary>
    public static async Task<IReadOnlyList<(string Version, Descriptor Descriptor)>> FindDescriptorsAsync(
        IObjectVersions versions, CancellationToken cancellationToken)
    {
        var found = new List<(string, Descriptor)>();
        var group = await versions.GroupOfAsync(ObjectNames.Descriptor, cancellationToken);
        foreach (var version in group.OldestFirst().Where(version => version.Size <= Limits.DescriptorBytes))
        {
            using var bytes = await versions.GetAsync(
                new ObjectVersionKey(ObjectNames.Descriptor, version.Id), ByteRange.Whole,
                Limits.DescriptorBytes, cancellationToken);
            if (TryDecodeDescriptor(bytes.Span) is { } descriptor)
                found.Add((version.Id, descriptor));
        }
        return found;
    }

    static Descriptor? TryDecodeDescriptor(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Descriptor.Decode(bytes);
        }
        catch (FormatViolationException)
        {
            return null;
        }
    }
}
