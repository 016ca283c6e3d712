namespace Cairn.Vectors;

/// <summary>Changes at the byte level; each returns a copy, so that a scenario reads as one expression.</summary>
static class Splices
{
    public static byte[] With(this byte[] bytes, int offset, params ReadOnlySpan<byte> replacement)
    {
        var copy = bytes.ToArray();
        replacement.CopyTo(copy.AsSpan(offset));
        return copy;
    }

    public static byte[] Inserting(this byte[] bytes, int offset, params ReadOnlySpan<byte> inserted) =>
        [.. bytes.AsSpan(0, offset), .. inserted, .. bytes.AsSpan(offset)];

    public static byte[] Without(this byte[] bytes, int offset, int count) =>
        [.. bytes.AsSpan(0, offset), .. bytes.AsSpan(offset + count)];

    public static byte[] Appending(this byte[] bytes, params ReadOnlySpan<byte> tail) => [.. bytes, .. tail];

    /// <summary>Flips one bit of the byte at the offset; a negative offset counts from the end.</summary>
    public static byte[] Flipping(this byte[] bytes, int offset, int bit = 0)
    {
        var copy = bytes.ToArray();
        copy[offset < 0 ? copy.Length + offset : offset] ^= (byte)(1 << bit);
        return copy;
    }

    public static byte[] Swapping(this byte[] bytes, int first, int second, int length) =>
        bytes.With(first, bytes.AsSpan(second, length)).With(second, bytes.AsSpan(first, length));

    public static string Hex(this byte[] bytes) => Convert.ToHexStringLower(bytes);

    public static string Hex(this ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
