using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>
/// Reads the fields of a piece, a list or a local manifest from a span, and refuses whatever is not canonical. The
/// names of fields are for messages only.
/// </summary>
public ref struct PieceReader(ReadOnlySpan<byte> source)
{
    readonly ReadOnlySpan<byte> _source = source;
    int _position;

    public readonly int Position => _position;
    public readonly int Remaining => _source.Length - _position;
    public readonly bool IsAtEnd => _position == _source.Length;

    public byte Byte(string what)
    {
        if ((uint)_position >= (uint)_source.Length)
            Refuse($"{what} is cut off");
        return _source[_position++];
    }

    public ulong Varint(string what)
    {
        // Most numbers of a manifest are below 128.
        if ((uint)_position < (uint)_source.Length && _source[_position] < 0x80)
            return _source[_position++];
        if (!Primitives.Varint.TryRead(_source, ref _position, out var value))
            Refuse($"{what} is not a canonical varint");
        return value;
    }

    public long SignedVarint(string what) => Primitives.Varint.UnZigZag(Varint(what));

    /// <summary>A varint of at most <paramref name="max"/>.</summary>
    public ulong Varint(ulong max, string what)
    {
        var value = Varint(what);
        if (value > max)
            Refuse($"{what} is {value}, but at most {max} is allowed");
        return value;
    }

    /// <summary>How many items of at least <paramref name="itemBytes"/> follow: safe to allocate for.</summary>
    public int Count(int max, int itemBytes, string what)
    {
        var count = Varint((ulong)max, what);
        if (count * (ulong)itemBytes > (ulong)Remaining)
            Refuse($"{what} is {count}, more than the bytes that follow can hold");
        return (int)count;
    }

    public ReadOnlySpan<byte> Bytes(int max, string what) => Take((int)Varint((ulong)max, what), what);

    public ReadOnlySpan<byte> Take(int length, string what)
    {
        if (length > Remaining)
            Refuse($"{what} is cut off");
        var bytes = _source.Slice(_position, length);
        _position += length;
        return bytes;
    }

    public uint Fixed32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what));

    public ulong Fixed64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), what));

    public BlobId Id(string what) => new(Take(BlobId.Size, what));

    /// <summary>The bytes from an earlier position up to here.</summary>
    public readonly ReadOnlySpan<byte> Since(int position) => _source[position.._position];

    [DoesNotReturn]
    public static void Refuse(string what) => throw new FormatViolationException(FailureKind.Framing, what);
}
