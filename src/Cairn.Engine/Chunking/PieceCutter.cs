using System.Buffers.Binary;
using Cairn.Engine.Crypto;
using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Chunking;

/// <summary>The keyed hash that decides where manifests are cut: SipHash-2-4. Any thread may call.</summary>
public sealed unsafe class PieceCutter : IDisposable
{
    readonly SecretKey _key;

    public PieceCutter(SecretKey chunkingKey)
    {
        Sodium.EnsureReady();
        _key = KeyDerivation.Expand(chunkingKey, "piece", Sodium.ShortHashKeyBytes);
    }

    public ulong Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[sizeof(ulong)];
        fixed (byte* data = bytes, key = _key.AsSpan(), output = hash)
            _ = Sodium.ShortHash((ulong*)output, data, (ulong)bytes.Length, key);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    public void Dispose() => _key.Dispose();
}
