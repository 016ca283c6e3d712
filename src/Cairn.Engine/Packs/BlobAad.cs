using System.Buffers.Binary;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Packs;

/// <summary>
/// The associated data of a blob: repository id ‖ blob id ‖ kind ‖ codec ‖ plain length. Neither pack nor row are in
/// it, so that repacking can copy ciphertext.
/// </summary>
static class BlobAad
{
    public const int Size = RepositoryId.Size + BlobId.Size + 2 + sizeof(uint);

    public static void Write(Span<byte> aad, RepositoryId repository, BlobId id, BlobKind kind, Codec codec,
        int plainLength)
    {
        repository.CopyTo(aad);
        var rest = aad[RepositoryId.Size..];
        id.CopyTo(rest);
        rest[BlobId.Size] = (byte)kind;
        rest[BlobId.Size + 1] = (byte)codec;
        BinaryPrimitives.WriteUInt32LittleEndian(rest[(BlobId.Size + 2)..], (uint)plainLength);
    }
}
