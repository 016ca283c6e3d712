using System.Numerics;
using System.Runtime.InteropServices;

namespace Cairn.Engine.Indexing;

/// <summary>
/// The unit of checking and reading: what fits into 4092 bytes, zeros, and four bytes of CRC-32C over the number of the
/// page and these. The CRC begins with a value of the segment's own, so a page of another place or file does not pass.
/// </summary>
static class IndexPage
{
    public const int Size = 4096;
    public const int ChecksumSize = sizeof(uint);
    public const int PayloadSize = Size - ChecksumSize;

    public static long Count(long items, int perPage) => (items + perPage - 1) / perPage;

    public static void Seal(Span<byte> page, long number, uint seed) =>
        MemoryMarshal.Write(page[PayloadSize..], Checksum(page, number, seed));

    public static bool IsIntact(ReadOnlySpan<byte> page, long number, uint seed) =>
        MemoryMarshal.Read<uint>(page[PayloadSize..]) == Checksum(page, number, seed);

    static uint Checksum(ReadOnlySpan<byte> page, long number, uint seed)
    {
        var crc = BitOperations.Crc32C(seed, (ulong)number);
        var payload = page[..PayloadSize];
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(payload))
            crc = BitOperations.Crc32C(crc, word);
        return BitOperations.Crc32C(crc, MemoryMarshal.Read<uint>(payload[^sizeof(uint)..]));
    }
}
