using System.Security.Cryptography;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories;

/// <summary>Stores sealed objects under the name that their bytes give them.</summary>
public static class ObjectWriter
{
    public static async Task<(ObjectKey Key, ObjectHash Hash)> PutDatedAsync(
        IObjectStore store, string prefix, Ulid ulid, byte[] stored, CancellationToken cancellationToken)
    {
        var hash = HashOf(stored);
        var key = ObjectNames.Dated(prefix, ulid, hash);
        await store.PutAsync(key, [stored], PutOptions.Hot, cancellationToken);
        return (key, hash);
    }

    public static ObjectHash HashOf(ReadOnlySpan<byte> stored)
    {
        Span<byte> hash = stackalloc byte[ObjectHash.Size];
        SHA256.HashData(stored, hash);
        return new ObjectHash(hash);
    }
}
