using System.Buffers.Binary;
using Cairn.Engine.Interop;

namespace Cairn.Engine.Compression;

/// <summary>Why a blob could not be decompressed.</summary>
public enum DecompressionFailure
{
    None,

    /// <summary>It does not start with the one kind of frame header that the format allows.</summary>
    NotAFrame,

    /// <summary>The frame holds another number of bytes than expected.</summary>
    WrongLength,

    /// <summary>The frame is cut off, or something follows it.</summary>
    NotExactlyOneFrame,

    /// <summary>The frame's inside is not valid.</summary>
    Damaged,
}

/// <summary>
/// Decompresses what <see cref="ZstdCompressor"/> made, and nothing else. Owned by one thread at a time.
/// </summary>
public sealed unsafe class ZstdDecompressor : IDisposable
{
    const int HeaderMin = 5;

    // Of the frame header descriptor: dictionary id, checksum, and the reserved and unused bits. The format wants none.
    const byte ForbiddenFlags = 0b0001_1111;

    readonly ZstdDecompressorHandle _context = new();

    /// <summary>
    /// Fills the whole destination, whose length is the expected plain length; or false, and then what the destination
    /// holds is undefined. Never writes beyond it.
    /// </summary>
    public bool TryDecompress(ReadOnlySpan<byte> frame, Span<byte> destination, out DecompressionFailure failure)
    {
        failure = Decompress(frame, destination);
        return failure == DecompressionFailure.None;
    }

    public void Dispose() => _context.Dispose();

    DecompressionFailure Decompress(ReadOnlySpan<byte> frame, Span<byte> destination)
    {
        if (frame.Length < HeaderMin
            || BinaryPrimitives.ReadUInt32LittleEndian(frame) != Zstd.FrameMagic
            || (frame[HeaderMin - 1] & ForbiddenFlags) != 0)
            return DecompressionFailure.NotAFrame;
        fixed (byte* source = frame, target = destination)
        {
            var length = (nuint)frame.Length;
            var contentSize = Zstd.GetFrameContentSize(source, length);
            if (contentSize is Zstd.ContentSizeUnknown or Zstd.ContentSizeError)
                return DecompressionFailure.NotAFrame;
            if (contentSize != (ulong)destination.Length)
                return DecompressionFailure.WrongLength;
            if (Zstd.FindFrameCompressedSize(source, length) != length)
                return DecompressionFailure.NotExactlyOneFrame;
            var written = Zstd.Decompress(_context, target, (nuint)destination.Length, source, length);
            return written == (nuint)destination.Length ? DecompressionFailure.None : DecompressionFailure.Damaged;
        }
    }
}
