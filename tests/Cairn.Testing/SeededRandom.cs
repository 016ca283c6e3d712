using System.Buffers.Binary;
using Cairn.Engine.Primitives;

namespace Cairn.Testing;

/// <summary>SplitMix64, so that a seed means the same bytes on every version of .NET. Any thread may draw.</summary>
public sealed class SeededRandom(ulong seed) : IRandomSource
{
    readonly Lock _lock = new();
    ulong _state = seed;

    public ulong Seed { get; } = seed;

    public void Fill(Span<byte> destination)
    {
        lock (_lock)
        {
            Span<byte> eight = stackalloc byte[8];
            for (; destination.Length > 0; destination = destination[Math.Min(8, destination.Length)..])
            {
                BinaryPrimitives.WriteUInt64LittleEndian(eight, Next());
                eight[..Math.Min(8, destination.Length)].CopyTo(destination);
            }
        }
    }

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        Fill(bytes);
        return bytes;
    }

    public ulong NextUInt64()
    {
        lock (_lock)
            return Next();
    }

    /// <summary>From 0 to below the bound. (The bias of the remainder does not matter to tests.)</summary>
    public int NextInt(int bound) => (int)(NextUInt64() % (ulong)bound);

    ulong Next()
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    public override string ToString() => $"seed {Seed}";
}
