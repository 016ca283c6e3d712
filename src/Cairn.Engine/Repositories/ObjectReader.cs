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
