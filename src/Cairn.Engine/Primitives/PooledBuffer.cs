using System.Buffers;

namespace Cairn.Engine.Primitives;

/// <summary>
/// Native memory with one owner, given back by <see cref="Dispose()"/>. Passing a PooledBuffer passes the duty to
/// dispose it; passing its span or memory only lends it. Kept outside the garbage-collected heap so that large
/// buffers neither fragment it nor slow collections, and so that memory returns to the system (INV-8).
/// </summary>
public sealed unsafe class PooledBuffer : MemoryManager<byte>, IDisposable
{
    readonly BufferPool _pool;
    nint _address;

    internal PooledBuffer(BufferPool pool, nint address, int capacity, int length)
    {
        _pool = pool;
        _address = address;
        Capacity = capacity;
        Length = length;
    }

    /// <summary>Bytes that may be used; <see cref="Length"/> can be set anywhere up to here.</summary>
    public int Capacity { get; }

    /// <summary>Bytes in use.</summary>
    public int Length
    {
        get;
        set
        {
            Invariant.That(value >= 0 && value <= Capacity);
            field = value;
        }
    }

    public Span<byte> Span => new((void*)LiveAddress, Length);

    public override Memory<byte> Memory => CreateMemory(Length);

    public override Span<byte> GetSpan() => Span;

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)LiveAddress + elementIndex);

    public override void Unpin() { }

    public void Dispose()
    {
        var address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
            _pool.Return(address, Capacity);
    }

    protected override void Dispose(bool disposing) => Dispose();

    nint LiveAddress => _address != 0 ? _address : throw new ObjectDisposedException(nameof(PooledBuffer));
}
