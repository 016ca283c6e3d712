using System.Buffers.Binary;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Indexing;

/// <summary>
/// The part of a pack's facts that varies in length: its sealed keys, its authors, and the writer of the index object
/// where that is somebody else.
/// </summary>
static class PackDetails
{
    const int CountsSize = 2 * sizeof(ushort);
    const int KeyHeadSize = sizeof(byte) + sizeof(uint) + sizeof(ushort);

    public static byte[] Encode(PackTable table)
    {
        var length = CountsSize + table.Authors.Count * SignerId.Size + (table.IndexedBy is null ? 0 : SignerId.Size);
        foreach (var key in table.Keys)
            length += KeyHeadSize + key.SealedBox.Length;
        var bytes = new byte[length];
        var rest = bytes.AsSpan();
        BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)table.Keys.Count));
        BinaryPrimitives.WriteUInt16LittleEndian(rest[sizeof(ushort)..], checked((ushort)table.Authors.Count));
        rest = rest[CountsSize..];
        foreach (var key in table.Keys)
        {
            rest[0] = key.Suite;
            BinaryPrimitives.WriteUInt32LittleEndian(rest[1..], key.Epoch);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[5..], checked((ushort)key.SealedBox.Length));
            key.SealedBox.Span.CopyTo(rest[KeyHeadSize..]);
            rest = rest[(KeyHeadSize + key.SealedBox.Length)..];
        }
        foreach (var author in table.Authors)
        {
            author.CopyTo(rest);
            rest = rest[SignerId.Size..];
        }
        table.IndexedBy?.CopyTo(rest);
        return bytes;
    }

    /// <summary>Null if the bytes are not what <see cref="Encode"/> makes.</summary>
    public static (SealedPackKey[] Keys, SignerId[] Authors, SignerId? IndexedBy)? TryDecode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < CountsSize)
            return null;
        var keys = new SealedPackKey[BinaryPrimitives.ReadUInt16LittleEndian(bytes)];
        var authors = new SignerId[BinaryPrimitives.ReadUInt16LittleEndian(bytes[sizeof(ushort)..])];
        var rest = bytes[CountsSize..];
        for (var i = 0; i < keys.Length; i++)
        {
            if (rest.Length < KeyHeadSize)
                return null;
            var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[5..]);
            if (rest.Length < KeyHeadSize + length)
                return null;
            var box = rest.Slice(KeyHeadSize, length).ToArray();
            keys[i] = new SealedPackKey(rest[0], BinaryPrimitives.ReadUInt32LittleEndian(rest[1..]), box);
            rest = rest[(KeyHeadSize + length)..];
        }
        var authorsSize = authors.Length * SignerId.Size;
        if (rest.Length != authorsSize && rest.Length != authorsSize + SignerId.Size)
            return null;
        SignerId? indexedBy = rest.Length == authorsSize ? null : new SignerId(rest[authorsSize..]);
        for (var i = 0; i < authors.Length; i++)
            authors[i] = new SignerId(rest.Slice(i * SignerId.Size, SignerId.Size));
        return (keys, authors, indexedBy);
    }
}
