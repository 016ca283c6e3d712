using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Formats.Manifests;

/// <summary>
/// Encodes leaf pieces, one after the other, entry by entry. The caller keeps the order of blocks and entries. Not for
/// two threads at once.
/// </summary>
public sealed class LeafPieceEncoder
{
    readonly PieceWriter _records = new(64 << 10);
    readonly PieceWriter _piece = new(64 << 10);
    readonly OwnerNumbers _owners = new();
    bool _blockIsEmpty;

    /// <summary>Length of the records, without the owners before them.</summary>
    public int RecordBytes => _records.Length;

    public int EntryCount { get; private set; }

    public void BeginBlock(byte @class, ReadOnlySpan<byte> path, bool isContinued)
    {
        Invariant.That(EntryNames.IsValidBlock(@class, path));
        Invariant.That(!_blockIsEmpty);
        Invariant.That(!isContinued || EntryCount == 0);
        _records.Byte(0);
        _records.Byte(@class);
        _records.Byte((byte)(isContinued ? 1 : 0));
        _records.Bytes(path);
        _blockIsEmpty = true;
    }

    public void Add(Entry entry)
    {
        Invariant.That(_blockIsEmpty || EntryCount > 0);
        EntryCodec.Write(_records, entry, _owners.Of(entry.Owner));
        _blockIsEmpty = false;
        EntryCount++;
    }

    public void Add(scoped in EntryRecord record, Owner owner)
    {
        Invariant.That(_blockIsEmpty || EntryCount > 0);
        EntryCodec.Write(_records, record, _owners.Of(owner));
        _blockIsEmpty = false;
        EntryCount++;
    }

    /// <summary>
    /// The piece of all that was added; the encoder is empty then. The span lives until the next call.
    /// </summary>
    public ReadOnlySpan<byte> Finish()
    {
        Invariant.That(!_blockIsEmpty);
        _piece.Clear();
        _piece.Byte(0);
        OwnerTable.Write(_piece, _owners.Owners);
        _piece.Raw(_records.Written);
        Invariant.That(_piece.Length <= ManifestLimits.PieceBytes);
        _records.Clear();
        _owners.Clear();
        EntryCount = 0;
        return _piece.Written;
    }
}
