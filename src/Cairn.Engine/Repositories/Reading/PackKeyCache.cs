using System.Security.Cryptography;
using Cairn.Engine.Crypto;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>
/// Opened content keys of packs: opening a sealed box takes about 100 µs, as long as reading a small blob. Owns the
/// keys, borrows the ring. Any thread.
/// </summary>
sealed class PackKeyCache(PackKeyRing ring) : IDisposable
{
    const int KeysMax = 4096;

    readonly Lock _lock = new();

    // By a hash of the whole box: an index that lies about a pack's keys must not shadow the true ones.
    readonly LruCache<Bytes32, SecretKey> _keys = new(KeysMax, key => key.Dispose());

    /// <summary>A cipher under that key for one thread; the caller disposes it.</summary>
    public Aead Open(SealedPackKey sealedKey)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        SHA256.HashData(sealedKey.SealedBox.Span, hash);
        var id = new Bytes32(hash);
        lock (_lock)
        {
            if (_keys.TryGet(id, out var known))
                return new Aead(known.AsSpan());
        }
        var key = ring.Open(sealedKey);
        var aead = new Aead(key.AsSpan());
        lock (_lock)
        {
            if (!_keys.TryAdd(id, key, cost: 1))
                key.Dispose();
        }
        return aead;
    }

    public void Dispose()
    {
        lock (_lock)
            _keys.Clear();
    }
}
