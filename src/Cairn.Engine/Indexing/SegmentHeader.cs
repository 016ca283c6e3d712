using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Indexing;

/// <summary>
/// The first page of a segment. From its counts follows where every section lies and how long the file must be:
/// header · objects · first rows · packs · details · ids · rows · entries · fences, each from a page boundary.
/// </summary>
/// <param name="Identity">Hash of what the segment holds; its file is named by it.</param>
[StructLayout(LayoutKind.Sequential)]
readonly record struct SegmentHeader(
    Bytes32 Binding, Bytes32 Identity, long ObjectBytes, long DetailBytes, uint Objects, uint Packs, uint Rows)
{
    const ulong Magic = 0x0A78_6469_6E72_4143;
    const uint Version = 2;
    const uint ByteOrder = 0x0102_0304;
    const int FieldsAt = sizeof(ulong) + 2 * sizeof(uint);
    const int HashAt = IndexPage.Size - Bytes32.Size;

    public const long ObjectBytesMax = 1 << 30;
    public const long DetailBytesMax = 1L << 40;
    public const uint PacksMax = 1 << 30;
    public const uint RowsMax = uint.MaxValue - 1;
    public const int FirstRowsPerPage = IndexPage.PayloadSize / sizeof(uint);
    public const int IdsPerPage = IndexPage.PayloadSize / BlobId.Size;
    public const int FencesPerPage = IndexPage.PayloadSize / sizeof(ulong);

    public long ObjectsPage => 1;
    public long FirstRowsPage => ObjectsPage + IndexPage.Count(ObjectBytes, IndexPage.PayloadSize);
    public long PacksPage => FirstRowsPage + IndexPage.Count(Packs + 1L, FirstRowsPerPage);
    public long DetailsPage => PacksPage + IndexPage.Count(Packs, PackRecord.PerPage);
    public long IdsPage => DetailsPage + IndexPage.Count(DetailBytes, IndexPage.PayloadSize);
    public long RowsPage => IdsPage + IndexPage.Count(Rows, IdsPerPage);
    public long EntriesPage => RowsPage + IndexPage.Count(Rows, RowRecord.PerPage);
    public long EntryPages => IndexPage.Count(Rows, EntryRecord.PerPage);
    public long FencesPage => EntriesPage + EntryPages;
    public long Pages => FencesPage + IndexPage.Count(EntryPages, FencesPerPage);

    public void Write(Span<byte> page)
    {
        page.Clear();
        MemoryMarshal.Write(page, Magic);
        MemoryMarshal.Write(page[sizeof(ulong)..], Version);
        MemoryMarshal.Write(page[(sizeof(ulong) + sizeof(uint))..], ByteOrder);
        MemoryMarshal.Write(page[FieldsAt..], in this);
        SHA256.HashData(page[..HashAt], page[HashAt..]);
    }

    /// <summary>What the checksums of this segment's pages begin with.</summary>
    public uint Seed => (uint)Identity.Prefix;

    /// <summary>False for anything but a header that this version wrote, with counts it can work with.</summary>
    public static bool TryRead(ReadOnlySpan<byte> page, out SegmentHeader header)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        SHA256.HashData(page[..HashAt], hash);
        header = MemoryMarshal.Read<SegmentHeader>(page[FieldsAt..]);
        return hash.SequenceEqual(page[HashAt..])
            && MemoryMarshal.Read<ulong>(page) == Magic
            && MemoryMarshal.Read<uint>(page[sizeof(ulong)..]) == Version
            && MemoryMarshal.Read<uint>(page[(sizeof(ulong) + sizeof(uint))..]) == ByteOrder
            && header.ObjectBytes is >= 0 and <= ObjectBytesMax
            && header.DetailBytes is >= 0 and <= DetailBytesMax
            && header.Packs <= PacksMax
            && header.Rows <= RowsMax;
    }
}
