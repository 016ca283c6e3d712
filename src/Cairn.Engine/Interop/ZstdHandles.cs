using System.Runtime.InteropServices;

namespace Cairn.Engine.Interop;

sealed class ZstdCompressorHandle : SafeHandle
{
    public ZstdCompressorHandle() : base(invalidHandleValue: 0, ownsHandle: true)
    {
        Zstd.EnsureReady();
        SetHandle(Zstd.CreateCompressor());
        if (IsInvalid)
            throw new OutOfMemoryException("no memory for a zstd compressor");
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => !Zstd.IsError(Zstd.FreeCompressor(handle));
}

sealed class ZstdDecompressorHandle : SafeHandle
{
    public ZstdDecompressorHandle() : base(invalidHandleValue: 0, ownsHandle: true)
    {
        Zstd.EnsureReady();
        SetHandle(Zstd.CreateDecompressor());
        if (IsInvalid)
            throw new OutOfMemoryException("no memory for a zstd decompressor");
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => !Zstd.IsError(Zstd.FreeDecompressor(handle));
}
