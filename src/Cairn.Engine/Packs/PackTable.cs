using Cairn.Engine.Primitives;

namespace Cairn.Engine.Packs;

/// <summary>What a blob is; part of its id and of its AEAD's associated data. Numbers as in docs/format.md.</summary>
public enum BlobKind : byte
{
    /// <summary>A chunk of a file or stream. Only in data packs.</summary>
    Chunk = 0,
    /// <summary>A list of extents of a large file. Only in manifest packs.</summary>
    ExtentList = 1,
    /// <summary>A piece of a manifest: records, or pointers to lower pieces. Only in manifest packs.</summary>
    Manifest = 2,
}

public enum Codec : byte { Stored = 0, Zstd = 1 }

public enum PackKind : byte { Data = 1, Manifest = 2 }

/// <summary>A pack's content key as the pack stores it: sealed to the restore key of an epoch.</summary>
public sealed record SealedPackKey(byte Suite, uint Epoch, ReadOnlyMemory<byte> SealedBox);

/// <param name="Key">Which of the pack's keys encrypted it.</param>
/// <param name="Ordinal">The nonce under that key.</param>
/// <param name="StoredLength">Ciphertext with its tag.</param>
/// <param name="PlainLength">After decompression.</param>
/// <param name="Author">Index into <see cref="PackTable.Authors"/>: who first stored the blob.</param>
public readonly record struct PackRow(
    BlobId Id, BlobKind Kind, Codec Codec, int StoredLength, int PlainLength, ushort Key, uint Ordinal, ushort Author);

/// <summary>
/// Everything there is to know about a pack without reading its blobs: the table at its end, its header's keys, and
/// its name. The blobs lie back to back from <see cref="BlobsOffset"/> in the order of the rows.
/// </summary>
public sealed record PackTable
{
    public required ObjectHash Name { get; init; }
    public required PackKind Kind { get; init; }

    /// <summary>Bytes of the whole object.</summary>
    public required int PackSize { get; init; }

    public required IReadOnlyList<SealedPackKey> Keys { get; init; }

    /// <summary>Authors of rows; the first one signed the pack.</summary>
    public required IReadOnlyList<SignerId> Authors { get; init; }

    /// <summary>Who wrote the index object it was read from, if that is not the pack's signer: only he vouches for
    /// it.</summary>
    public SignerId? IndexedBy { get; init; }

    public required PackRow[] Rows { get; init; }

    /// <summary>Where the first blob begins: right behind the header, whose length follows from the number of
    /// keys.</summary>
    public required int BlobsOffset { get; init; }
}
