using Cairn.Engine.Entries;

namespace Cairn.Engine.Formats.Manifests;

public enum LeafRecord { End, Block, Entry }

/// <summary>
/// Goes through the records of a leaf piece without allocating for entries, and checks everything on its way that one
/// piece can show. What it returned is good only if it gets to the end without an exception.
/// </summary>
public ref struct LeafCursor
{
    const byte BlockTag = 0;

    PieceReader _reader;
    readonly ReadOnlySpan<byte> _piece;
    readonly Owner[] _owners;
    int _ownersUsed;
    bool _hasBlock;
    int _entriesInBlock;
    ReadOnlySpan<byte> _formerName;

    /// <summary>The entry that was read last.</summary>
    public EntryRecord Entry;

    public LeafCursor(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > ManifestLimits.PieceBytes)
            PieceReader.Refuse("a piece is longer than a blob may be");
        _piece = piece;
        _reader = new PieceReader(piece);
        if (_reader.Byte("level of a piece") != 0)
            PieceReader.Refuse("a leaf piece is of level 0");
        _owners = OwnerTable.Read(ref _reader);
    }

    public readonly ReadOnlySpan<Owner> Owners => _owners;

    /// <summary>The block that is being read.</summary>
    public byte Class { get; private set; }
    public ReadOnlySpan<byte> Path { get; private set; }
    public bool IsContinued { get; private set; }

    public LeafRecord Read()
    {
        if (_reader.IsAtEnd)
        {
            Finish();
            return LeafRecord.End;
        }
        if (_piece[_reader.Position] == BlockTag)
        {
            ReadBlock();
            return LeafRecord.Block;
        }
        if (!_hasBlock)
            PieceReader.Refuse("a piece begins with an entry");
        ReadEntry();
        return LeafRecord.Entry;
    }

    void ReadBlock()
    {
        _reader.Byte("tag of a block");
        var @class = _reader.Byte("class of a block");
        var continued = _reader.Byte("continuation of a block");
        var path = _reader.Bytes(ManifestLimits.PathBytes, "path of a block");
        if (!EntryNames.IsValidBlock(@class, path))
            PieceReader.Refuse("there can be no block of that class and path");
        if (continued > 1 || (continued == 1 && _hasBlock))
            PieceReader.Refuse("only the first block of a piece may continue one");
        if (_hasBlock)
        {
            RequireEntries();
            if (ManifestOrder.CompareBlocks(Class, Path, @class, path) >= 0)
                PieceReader.Refuse("the blocks of a piece are not in order");
        }
        Class = @class;
        Path = path;
        IsContinued = continued == 1;
        _hasBlock = true;
        _entriesInBlock = 0;
        _formerName = default;
    }

    void ReadEntry()
    {
        EntryRecord.Read(ref _reader, _owners.Length, ref Entry);
        if (_formerName.SequenceCompareTo(Entry.Name) >= 0)
            PieceReader.Refuse("the entries of a block are not in order");
        if (Entry.Kind == EntryKind.Stream != (Class == ManifestLimits.StreamClass))
            PieceReader.Refuse("streams belong to class 1, and nothing else does");
        if (Entry.Owner > _ownersUsed)
            PieceReader.Refuse("the owners of a piece are not in the order of their use");
        if (Entry.Owner == _ownersUsed)
            _ownersUsed++;
        _formerName = Entry.Name;
        _entriesInBlock++;
    }

    readonly void Finish()
    {
        if (_hasBlock)
            RequireEntries();
        if (_ownersUsed != _owners.Length)
            PieceReader.Refuse("an owner of a piece is not used");
    }

    readonly void RequireEntries()
    {
        if (_entriesInBlock == 0)
            PieceReader.Refuse("a block has no entries");
    }
}
