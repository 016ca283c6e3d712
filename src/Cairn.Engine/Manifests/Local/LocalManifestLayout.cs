using System.Numerics;
using System.Runtime.InteropServices;

namespace Cairn.Engine.Manifests.Local;

/// <summary>
/// The layout of a local manifest, which is nobody's but this version's:
/// <code>
/// stream:  "CRNLMAN1" ‖ frames
/// frame:   u32 length of what follows the tag ‖ u8 tag ‖ content
///   1 block: u8 class ‖ u8 continued ‖ u32 entries ‖ u32 length of path ‖ path ‖ entries
///   2 list:  u64 offset of the file's previous list frame, or 0 ‖ blob id (32) ‖ the list blob
/// entry:   u32 length of what follows ‖ stamp ‖ u64 offset of the file's last list frame, or 0 ‖ record as in a leaf
/// stamp:   i64 seconds ‖ u32 nanoseconds of the change time ‖ u64 inode ‖ u64 device
/// footer:  u32 version ‖ repository id ‖ source key ‖ snapshot hash (32 each) ‖ u64 length of the stream ‖ u64 entries
///          ‖ owners as in a leaf piece ‖ u64 checksum of each block of 256 KiB of the stream ‖ SHA-256 of the footer
/// tail:    u64 length of the footer ‖ "CRNLMAN1"
/// </code>
/// Checksums are looked at for the whole file when it is opened, so a damaged one is never begun with.
/// </summary>
static class LocalManifestLayout
{
    public const uint Version = 1;
    public const byte BlockTag = 1;
    public const byte ListTag = 2;

    public const int FrameHeaderSize = sizeof(uint) + 1;
    public const int BlockHeaderSize = 1 + 1 + sizeof(uint) + sizeof(uint);
    public const int ListHeaderSize = sizeof(ulong) + 32;
    public const int StampSize = sizeof(long) + sizeof(uint) + sizeof(ulong) + sizeof(ulong);
    public const int EntryHeaderSize = sizeof(uint) + StampSize + sizeof(ulong);
    public const int TailSize = sizeof(ulong) + 8;
    public const int HashSize = 32;
    public const int FileSizeMin = 8 + HashSize + TailSize;
    public const int CheckedBlockSize = 256 << 10;

    /// <summary>A block's frame is written when it has so many bytes of entries; the next one continues it.</summary>
    public const int BlockBytes = 64 << 10;

    /// <summary>No frame is longer: a block of one path and a few large entries, or a list.</summary>
    public const int FrameSizeMax = 64 << 20;

    public const int FooterSizeMax = 1 << 30;

    public static ReadOnlySpan<byte> Magic => "CRNLMAN1"u8;

    /// <summary>
    /// Two CRC-32C, each over every other word: twice as fast as one, since neither waits for the other, and 64 bits
    /// against damage that is larger than a word. Damage inside one word is found for certain. The number of the block
    /// is part of it, so a block in another's place does not pass.
    /// </summary>
    public static ulong Checksum(ReadOnlySpan<byte> block, long number)
    {
        var even = BitOperations.Crc32C(~0u, (ulong)number);
        var odd = BitOperations.Crc32C(0x43524E4C, (ulong)block.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(block);
        var i = 0;
        for (; i + 1 < words.Length; i += 2)
        {
            even = BitOperations.Crc32C(even, words[i]);
            odd = BitOperations.Crc32C(odd, words[i + 1]);
        }
        foreach (var rest in block[(i * sizeof(ulong))..])
            even = BitOperations.Crc32C(even, rest);
        return ((ulong)odd << 32) | even;
    }
}
