using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Compression;

/// <summary>
/// Compresses blobs, each into one zstd frame that states its content's size and has no checksum (the encryption
/// authenticates). Owned by one thread at a time: the context is reused.
/// </summary>
public sealed unsafe class ZstdCompressor : IDisposable
{
    public const int LevelMin = 1;
    public const int LevelDefault = 3;
    public const int LevelMax = 19;

    const int LeastGain = 64;

    // Up to here level 1 costs half to nine tenths of what level 3 does and gives at most 3 % more (files of text of
    // 0 to 4 kB: 54 % and 1 % less; the small files of the Linux sources: docs/performance.md).
    const int SmallMax = 8 << 10;

    // zstd fits its tables to the length, which it knows from the one call. Setting window or hash sizes by hand for
    // files of 4 to 30 kB was measured and gains nothing.
    readonly ZstdCompressorHandle _context = new();

    int _level;
    int _applied;

    public ZstdCompressor(int level = LevelDefault) => SetLevel(level);

    /// <summary>For what is compressed from now on. Small blobs get level 1 unless more than the default is asked
    /// for.</summary>
    public void SetLevel(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, LevelMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, LevelMax);
        _level = level;
    }

    /// <summary>
    /// The frame's length, or 0 if compression would not save a 64th: then the blob is stored as it is. The destination
    /// must have room for the plain length; what it holds after 0 is undefined.
    /// </summary>
    public int Compress(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        Invariant.That(destination.Length >= plain.Length);
        // No more room than is worth using, so zstd itself gives up.
        var room = plain.Length - plain.Length / LeastGain - 1;
        if (room <= 0)
            return 0;
        Apply(plain.Length <= SmallMax && _level <= LevelDefault ? LevelMin : _level);
        fixed (byte* source = plain, target = destination)
        {
            var length = Zstd.Compress(_context, target, (nuint)room, source, (nuint)plain.Length);
            return Zstd.IsError(length) ? 0 : (int)length;
        }
    }

    public void Dispose() => _context.Dispose();

    void Apply(int level)
    {
        if (level == _applied)
            return;
        var outcome = Zstd.SetParameter(_context, Zstd.ParameterCompressionLevel, level);
        Invariant.That(!Zstd.IsError(outcome));
        _applied = level;
    }
}
