namespace Cairn.Vectors;

/// <summary>
/// zstd frames put together by hand (RFC 8878), so that vectors do not depend on a version of the library: one block
/// that says "this byte, n times" and needs no entropy coding.
/// </summary>
static class Frames
{
    static ReadOnlySpan<byte> Magic => [0x28, 0xB5, 0x2F, 0xFD];

    // Frame header descriptor 0x60: single segment, content size in two bytes (less 256).
    const byte Descriptor = 0x60;

    public static byte[] Repeat(byte value, int count, byte descriptor = Descriptor) =>
        [.. Magic, descriptor, .. ContentSize(count), .. Block(value, count)];

    /// <summary>Claims another content size than its block has.</summary>
    public static byte[] RepeatClaiming(byte value, int count, int claimed) =>
        [.. Magic, Descriptor, .. ContentSize(claimed), .. Block(value, count)];

    /// <summary>A window descriptor in place of the content size.</summary>
    public static byte[] RepeatWithoutContentSize(byte value, int count) =>
        [.. Magic, 0x00, 0x00, .. Block(value, count)];

    public static byte[] RepeatWithDictionary(byte value, int count) =>
        [.. Magic, Descriptor | 1, 7, .. ContentSize(count), .. Block(value, count)];

    static byte[] ContentSize(int count) => [(byte)(count - 256), (byte)((count - 256) >> 8)];

    static byte[] Block(byte value, int count)
    {
        var header = 1 | (1 << 1) | (count << 3);
        return [(byte)header, (byte)(header >> 8), (byte)(header >> 16), value];
    }
}
