using System.Buffers.Binary;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>
/// Where this version cuts manifests and lists (docs/format.md section 10). Cuts follow from the content, so that a
/// change in one place leaves the pieces around it as they were.
/// </summary>
static class CutRules
{
    public const int LeafBytesMin = 16 << 10;
    public const int LeafBytesMax = 256 << 10;
    const ulong LeafModulus = 512;

    public const int UpperRowsMin = 16;
    public const int UpperRowsMax = 512;
    const int UpperModulus = 64;

    /// <summary>
    /// Paths may be so long that few rows fill a blob: then a piece ends earlier than content would have it.
    /// </summary>
    public const int UpperBytesMax = 4 << 20;

    public const int ListExtentsMin = 128;
    public const int ListExtentsMax = 2048;
    const int ListModulus = 512;

    /// <summary>So many extents an entry has inline before lists are made.</summary>
    public const int InlineExtentsMax = 8;

    public static bool IsLeafCut(ulong hash) => hash % LeafModulus == 0;

    public static bool IsUpperCut(in BlobId id) => FirstTwoBytes(id) % UpperModulus == 0;

    public static bool IsListCut(in BlobId id) => FirstTwoBytes(id) % ListModulus == 0;

    static int FirstTwoBytes(in BlobId id) => BinaryPrimitives.ReadUInt16LittleEndian(id.AsSpan());
}
