using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Drill;

/// <summary>
/// Where each path of a source stands on its circle, by a keyed hash: nobody who lacks the key can place a file where
/// it is drilled late. Any thread.
/// </summary>
public sealed class DrillCircle
{
    readonly byte[] _key;

    /// <param name="key">Of this machine's record.</param>
    public DrillCircle(ReadOnlySpan<byte> key, Bytes32 source) =>
        _key = HMACSHA256.HashData(key, source.AsSpan());

    /// <param name="path">As <see cref="Restore.IRestoreSelection"/> gets it.</param>
    public ulong PlaceOf(ReadOnlySpan<byte> path)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, path, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    /// <summary>What the record calls a source.</summary>
    public static Bytes32 NameOf(string host, string source) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{host}\0{source}")));
}
