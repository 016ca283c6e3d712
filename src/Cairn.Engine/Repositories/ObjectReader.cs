using System.Security.Cryptography;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories;

/// <summary>
/// Fetches objects by name and checks that they are what the name says; turns what codecs find into exceptions that
/// name the object.
/// </summary>
public static class ObjectReader
{
    const int ReadsAtOnce = 8;

    /// <summary>Reads the object, checks its hash, and decodes it.</summary>
    public static async Task<T> ReadAsync<T>(
        IObjectStore store, ObjectKey key, ObjectHash hash, Func<ReadOnlyMemory<byte>, T> decode,
        CancellationToken cancellationToken)
    {
        using var buffer = await store.GetAsync(key, ByteRange.Whole, Limits.ObjectBytes, cancellationToken);
        return Decode(key, () =>
        {
            // A newer format is told before damage: its objects may be named otherwise.
            RequireKnownFormat(buffer.Span);
            RequireHash(hash, buffer.Span);
            return decode(buffer.Memory.ToArray());
        });
    }

    /// <summary>
    /// Reads several at once and gives them in order, their hashes checked. Each read is over: whoever awaits it finds
    /// out how it ended.
    /// </summary>
    internal static IAsyncEnumerable<(ObjectKey Key, DatedName Name, Task<ReadOnlyMemory<byte>> Bytes)> ReadAllAsync(
        IObjectStore store, IReadOnlyList<(ObjectKey Key, DatedName Name)> objects, CancellationToken cancellationToken)
    {
        return ReadAhead.Run(objects.ToAsyncEnumerable(), ReadsAtOnce, ReadOneAsync, cancellationToken);

        async Task<(ObjectKey, DatedName, Task<ReadOnlyMemory<byte>>)> ReadOneAsync(
            (ObjectKey Key, DatedName Name) item, CancellationToken cancellation)
        {
            var reading = ReadAsync(store, item.Key, item.Name.Hash, bytes => bytes, cancellation);
            await ((Task)reading).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            return (item.Key, item.Name, reading);
        }
    }

    public static T Decode<T>(ObjectKey key, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (FormatViolationException e) when (e.Kind == FailureKind.Unsupported)
        {
            throw new UnsupportedFormatException(key, e.Message);
        }
        catch (FormatViolationException e)
        {
            throw new DamagedObjectException(key, e.Kind, e.Message, e);
        }
    }

    static void RequireKnownFormat(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= ObjectHeader.Size && bytes[ObjectHeader.FormatOffset] > ObjectHeader.FormatVersion
            && bytes.StartsWith("CAIRN"u8))
            throw new FormatViolationException(
                FailureKind.Unsupported,
                $"it has format {bytes[ObjectHeader.FormatOffset]}, which needs a newer version of Cairn");
    }

    static void RequireHash(ObjectHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> actual = stackalloc byte[ObjectHash.Size];
        SHA256.HashData(bytes, actual);
        if (new ObjectHash(actual) != hash)
            throw new FormatViolationException(FailureKind.Name, "its bytes do not hash to its name");
    }
}
