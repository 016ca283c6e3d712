using System.Runtime.InteropServices;

namespace Cairn.Engine.Interop;

/// <summary>
/// libzstd. Sizes it returns may be error codes: ask <see cref="IsError"/>. <see cref="EnsureReady"/> comes first.
/// </summary>
static unsafe partial class Zstd
{
    public const uint FrameMagic = 0xFD2FB528;
    public const ulong ContentSizeUnknown = ulong.MaxValue;
    public const ulong ContentSizeError = ulong.MaxValue - 1;
    public const int ParameterCompressionLevel = 100;

    static volatile bool _isReady;

    public static void EnsureReady()
    {
        if (_isReady)
            return;
        NativeLibraries.Require(NativeLibraries.Zstd, NativeLibraries.ZstdPackage);
        _isReady = true;
    }

    [LibraryImport(NativeLibraries.Zstd, EntryPoint = "ZSTD_isError"), SuppressGCTransition]
    private static partial uint IsErrorCode(nuint code);

    public static bool IsError(nuint code) => IsErrorCode(code) != 0;

    [LibraryImport(NativeLibraries.Zstd, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompressor();

    [LibraryImport(NativeLibraries.Zstd, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressor(nint context);

    [LibraryImport(NativeLibraries.Zstd, EntryPoint = "ZSTD_CCtx_setParameter")]
    public static partial nuint SetParameter(ZstdCompressorHandle context, int parameter, int value);

    [LibraryImport(NativeLibraries.Zstd, EntryPoint = "ZSTD_compress2")]
    public static partial nuint Compress(
        ZstdCompressorHandle context, byte* destination, nuint capacity, byte* source, nuint length);

    [LibraryImport(NativeLibraries.Zstd, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompressor();

    [LibraryImport(NativeLibraries.Zstd, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressor(nint context);

    [LibraryImport(NativeLibraries.Zstd, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint Decompress(
        ZstdDecompressorHandle context, byte* destination, nuint capacity, byte* source, nuint length);

    [LibraryImport(NativeLibraries.Zstd, EntryPoint = "ZSTD_getFrameContentSize")]
    public static partial ulong GetFrameContentSize(byte* source, nuint length);

    [LibraryImport(NativeLibraries.Zstd, EntryPoint = "ZSTD_findFrameCompressedSize")]
    public static partial nuint FindFrameCompressedSize(byte* source, nuint length);
}
