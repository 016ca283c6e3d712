using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Cairn.Testing.Simulated.Buckets;

/// <summary><c>Content-MD5</c> is checked and forgotten; the others are <c>x-amz-checksum-*</c>.</summary>
public enum ChecksumKind { Md5, Crc32C, Sha256 }

/// <summary>Which checksums the bucket gives back later. Without any, an object has only its ETag.</summary>
[Flags]
public enum KeptChecksums { None = 0, Crc32C = 1, Sha256 = 2, All = Crc32C | Sha256 }

/// <summary>What came with a PUT: base64, as in the header.</summary>
public readonly record struct Checksum(ChecksumKind Kind, string Value)
{
    public static Checksum Of(ChecksumKind kind, ReadOnlySpan<byte> content) =>
        new(kind, Convert.ToBase64String(kind switch
        {
            ChecksumKind.Md5 => MD5.HashData(content),
            ChecksumKind.Crc32C => Crc32C(content),
            _ => SHA256.HashData(content),
        }));

    public bool IsKept(KeptChecksums kept) =>
        Kind switch
        {
            ChecksumKind.Crc32C => kept.HasFlag(KeptChecksums.Crc32C),
            ChecksumKind.Sha256 => kept.HasFlag(KeptChecksums.Sha256),
            _ => false,
        };

    static byte[] Crc32C(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var next in content)
            crc = BitOperations.Crc32C(crc, next);
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ~crc);
        return bytes;
    }
}
