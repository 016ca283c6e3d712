using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;

namespace Cairn.Engine.Manifests;

/// <summary>
/// The blobs an entry's record names itself, without allocation: values of attributes, and chunks. Lists are not among
/// them, since their lengths stand elsewhere.
/// </summary>
public ref struct RecordBlobs
{
    PieceReader _attributes;
    PieceReader _extents;
    readonly int _level;
    bool _isInAttributes;

    public RecordBlobs(scoped in EntryRecord record)
    {
        _attributes = new PieceReader(record.Attributes);
        _extents = new PieceReader(record.Extents);
        _level = record.ListDepth;
        _isInAttributes = record.AttributeCount > 0;
    }

    public BlobReference Current { get; private set; }

    public readonly RecordBlobs GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_isInAttributes && NextAttribute())
            return true;
        if (_level > 0)
            return false;
        while (!_extents.IsAtEnd)
        {
            var extent = ExtentCodec.Read(ref _extents, _level);
            if (extent.Blob is not { } id)
                continue;
            Current = new BlobReference(BlobKind.Chunk, id, (int)extent.Length);
            return true;
        }
        return false;
    }

    bool NextAttribute()
    {
        var row = default(AttributeCodec.Row);
        while (!_attributes.IsAtEnd)
        {
            AttributeCodec.Read(ref _attributes, ref row);
            if (row.StoredValue is not { } stored)
                continue;
            Current = new BlobReference(BlobKind.Chunk, stored.Blob!.Value, (int)stored.Length);
            return true;
        }
        _isInAttributes = false;
        return false;
    }
}
