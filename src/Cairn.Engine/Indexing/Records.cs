using System.Runtime.InteropServices;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Indexing;

// Stored as they lie in memory: the files never leave this machine, and the header tells the byte order.

/// <summary>
/// What look-ups search, ordered by all three. Eight bytes of the id are enough to tell "not here" without a second
/// read; a match counts only after the row it points to has shown the same whole id.
/// </summary>
/// <param name="Row">Counted through all packs of the segment: the id is read without waiting for the pack.</param>
[StructLayout(LayoutKind.Sequential)]
readonly record struct EntryRecord(ulong Prefix, uint Pack, uint Row) : IComparable<EntryRecord>
{
    public const int Size = sizeof(ulong) + 2 * sizeof(uint);
    public const int PerPage = IndexPage.PayloadSize / Size;

    public int CompareTo(EntryRecord other)
    {
        if (Prefix != other.Prefix)
            return Prefix < other.Prefix ? -1 : 1;
        return Pack != other.Pack ? Pack.CompareTo(other.Pack) : Row.CompareTo(other.Row);
    }
}

/// <summary>
/// A row of a pack's table without its id, with the place of its blob. The ids stand in a section of their own, where
/// none crosses a cache line: a look-up that finds something touches only that.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
readonly struct RowRecord(in PackRow row, int offset)
{
    public const int Size = 4 * sizeof(int) + 2 * sizeof(ushort) + 4;
    public const int PerPage = IndexPage.PayloadSize / Size;

    public readonly int StoredLength = row.StoredLength;
    readonly int _plainLength = row.PlainLength;
    readonly uint _ordinal = row.Ordinal;
    public readonly int Offset = offset;
    readonly ushort _key = row.Key;
    readonly ushort _author = row.Author;
    readonly byte _kind = (byte)row.Kind;
    readonly byte _codec = (byte)row.Codec;
    readonly ushort _zero = 0;

    public PackRow ToRow(in BlobId id) =>
        new(id, (BlobKind)_kind, (Codec)_codec, StoredLength, _plainLength, _key, _ordinal, _author);
}

/// <summary>
/// Orders packs, and tells when two are the same. The digest covers the whole table, so a false copy of a table under
/// the name of a true pack stands beside the true one instead of hiding it.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct PackKey(ObjectHash Name, ulong DigestHigh, ulong DigestLow) : IComparable<PackKey>
{
    public const int Size = ObjectHash.Size + 2 * sizeof(ulong);

    public int CompareTo(PackKey other)
    {
        var byName = Name.CompareTo(other.Name);
        if (byName != 0)
            return byName;
        return DigestHigh != other.DigestHigh
            ? DigestHigh.CompareTo(other.DigestHigh)
            : DigestLow.CompareTo(other.DigestLow);
    }
}

/// <param name="DetailsOffset">Where the keys and authors stand among the details of this segment.</param>
[StructLayout(LayoutKind.Sequential)]
readonly record struct PackRecord(
    PackKey Key, long DetailsOffset, int DetailsLength, int PackSize, int BlobsOffset, uint Kind)
{
    public const int Size = PackKey.Size + sizeof(long) + 4 * sizeof(int);
    public const int PerPage = IndexPage.PayloadSize / Size;
}
