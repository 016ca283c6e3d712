using System.Buffers.Binary;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests.Local;

/// <summary>The list blobs of one file, the last one first.</summary>
public ref struct LocalLists
{
    readonly LocalManifest _manifest;
    ulong _next;

    internal LocalLists(LocalManifest manifest, ulong chain)
    {
        _manifest = manifest;
        _next = chain;
    }

    public BlobId Id { get; private set; }
    public ReadOnlySpan<byte> Content { get; private set; }

    public bool MoveNext()
    {
        if (_next == 0)
            return false;
        var frame = _manifest.Frame((long)_next, out var tag);
        Invariant.That(tag == LocalManifestLayout.ListTag);
        var previous = BinaryPrimitives.ReadUInt64LittleEndian(frame);
        Invariant.That(previous < _next);
        _next = previous;
        Id = new BlobId(frame.Slice(sizeof(ulong), BlobId.Size));
        Content = frame[LocalManifestLayout.ListHeaderSize..];
        return true;
    }
}

/// <summary>Enumerates the blobs an entry of the local manifest needs, without allocation.</summary>
public ref struct LocalBlobs
{
    RecordBlobs _inline;
    LocalLists _lists;
    PieceReader _extents;

    internal LocalBlobs(scoped in EntryRecord record, LocalLists lists)
    {
        _inline = new RecordBlobs(record);
        _lists = lists;
    }

    public BlobReference Current { get; private set; }

    public readonly LocalBlobs GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_inline.MoveNext())
        {
            Current = _inline.Current;
            return true;
        }
        while (!_extents.IsAtEnd)
        {
            if (ExtentCodec.Read(ref _extents, level: 0) is not { Blob: { } id, Length: var length })
                continue;
            Current = new BlobReference(BlobKind.Chunk, id, (int)length);
            return true;
        }
        if (!_lists.MoveNext())
            return false;
        Current = new BlobReference(BlobKind.ExtentList, _lists.Id, _lists.Content.Length);
        _extents = ExtentList.ChunksOf(_lists.Content);
        return true;
    }
}
