using System.Security.Cryptography;

namespace Cairn.Engine.Primitives;

/// <summary>
/// Secret bytes with one owner, zeroed on disposal. They lie in pinned memory, so that the garbage collector never
/// leaves a copy behind when it compacts; and in managed rather than native memory, so that a thread that still reads
/// while another disposes sees zeros, not somebody else's memory.
/// </summary>
public sealed class SecretKey : IDisposable
{
    public const int LengthMax = 4096;

    readonly byte[] _bytes;
    bool _isDisposed;

    /// <summary>All zero, to be filled by the caller through <see cref="AsWritableSpan"/>.</summary>
    internal SecretKey(int length)
    {
        Invariant.That(length is > 0 and <= LengthMax);
        _bytes = GC.AllocateArray<byte>(length, pinned: true);
    }

    public int Length => _bytes.Length;

    public static SecretKey CopyFrom(ReadOnlySpan<byte> bytes)
    {
        var key = new SecretKey(bytes.Length);
        bytes.CopyTo(key._bytes);
        return key;
    }

    public static SecretKey CreateRandom(int length, IRandomSource random)
    {
        var key = new SecretKey(length);
        random.Fill(key._bytes);
        return key;
    }

    public SecretKey Copy() => CopyFrom(AsSpan());

    /// <summary>Lent: not to be kept beyond the life of this object.</summary>
    public ReadOnlySpan<byte> AsSpan() => AsWritableSpan();

    internal Span<byte> AsWritableSpan()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _bytes;
    }

    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }

    public override string ToString() => $"SecretKey({_bytes.Length} bytes)";
}
