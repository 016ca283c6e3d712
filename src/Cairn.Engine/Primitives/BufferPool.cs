using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Cairn.Engine.Primitives;

/// <summary>
/// Lends native buffers in power-of-two sizes and keeps a bounded amount of returned ones for the next caller.
/// <see cref="Outstanding"/> must be zero when an operation is over: the tests' leak check. What is kept goes with the
/// pool.
/// </summary>
public sealed unsafe class BufferPool(long keptBytesMax = BufferPool.DefaultKeptBytes)
{
    public const long DefaultKeptBytes = 40L << 20;
    public const int CapacityMin = 4096;
    public const int CapacityMax = 1 << 30;

    public static BufferPool Shared { get; } = new();

    // Stacks, for a bag has finalizers of its own, which may run before this one's.
    readonly ConcurrentStack<nint>[] _free = [.. Enumerable.Range(0, 31).Select(_ => new ConcurrentStack<nint>())];
    long _keptBytes;
    long _outstanding;

    // Nobody who still holds a buffer of it lets a pool go, and who holds none cannot return one.
    ~BufferPool()
    {
        foreach (var stack in _free)
        {
            while (stack.TryPop(out var address))
                NativeMemory.Free((void*)address);
        }
    }

    /// <summary>Buffers lent and not yet given back.</summary>
    public long Outstanding => Interlocked.Read(ref _outstanding);

    /// <summary>A buffer of that length. Its content is undefined: whatever was there before.</summary>
    public PooledBuffer Rent(int length)
    {
        Invariant.That(length is >= 0 and <= CapacityMax);
        var capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(length, CapacityMin));
        if (_free[BitOperations.Log2((uint)capacity)].TryPop(out var address))
            Interlocked.Add(ref _keptBytes, -capacity);
        else
            address = (nint)NativeMemory.Alloc((nuint)capacity);
        Interlocked.Increment(ref _outstanding);
        return new PooledBuffer(this, address, capacity, length);
    }

    internal void Return(nint address, int capacity)
    {
        Interlocked.Decrement(ref _outstanding);
        if (Interlocked.Add(ref _keptBytes, capacity) <= keptBytesMax)
        {
            _free[BitOperations.Log2((uint)capacity)].Push(address);
            return;
        }
        Interlocked.Add(ref _keptBytes, -capacity);
        NativeMemory.Free((void*)address);
    }
}
