using System.Buffers.Binary;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Indexing;

/// <summary>Ledgers name packs by the first 16 bytes of their names.</summary>
static class PackNames
{
    const int PrefixSize = 16;

    public static UInt128 PrefixOf(in ObjectHash name) => BinaryPrimitives.ReadUInt128BigEndian(name.AsSpan());

    /// <summary>The least name with that prefix.</summary>
    public static ObjectHash FirstWith(UInt128 prefix)
    {
        Span<byte> bytes = stackalloc byte[ObjectHash.Size];
        bytes.Clear();
        BinaryPrimitives.WriteUInt128BigEndian(bytes[..PrefixSize], prefix);
        return new ObjectHash(bytes);
    }
}
