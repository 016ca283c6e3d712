using Cairn.Engine.Chunking;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>
/// Makes a manifest of entries that come in its order, and stores each piece as soon as it is whole: memory holds one
/// piece per level. One thread at a time.
/// </summary>
public sealed class ManifestBuilder(IBlobSink sink, PieceCutter cutter)
{
    readonly LeafPieceEncoder _leaf = new();
    readonly UpperLevels _upper = new(sink);

    // The last entry as the cut decision sees it: class ‖ path ‖ 0 ‖ name. Also what the next entry must come after.
    byte[] _key = new byte[512];
    int _pathLength;
    int _keyLength;
    ManifestKey _first;
    ulong _contentBytes;

    public ulong EntryCount { get; private set; }

    /// <summary>Adds an entry whose content is stored. The directory is borrowed for the call.</summary>
    public void Add(byte @class, ReadOnlySpan<byte> directory, Entry entry)
    {
        Advance(@class, directory, entry.Name.Span);
        _leaf.Add(entry);
        Count(entry.HasContent ? (ulong)entry.Size : 0);
    }

    /// <summary>
    /// Adds an entry as another manifest, or the local copy of one, has it: bytes are copied, not made again.
    /// </summary>
    public void Add(byte @class, ReadOnlySpan<byte> directory, scoped in EntryRecord record, Owner owner)
    {
        Advance(@class, directory, record.Name);
        _leaf.Add(record, owner);
        Count(record.ContentBytes);
    }

    /// <summary>Stores what is left. The builder is done then.</summary>
    public ManifestRoot Finish()
    {
        if (_leaf.EntryCount > 0)
            StoreLeaf();
        return EntryCount > 0
            ? _upper.Finish()
            : new ManifestRoot(sink.Put(BlobKind.Manifest, _leaf.Finish()), Level: 0, Entries: 0, ContentBytes: 0);
    }

    void Advance(byte @class, ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        var isSameBlock = _keyLength > 0 && @class == _key[0] && directory.SequenceEqual(_key.AsSpan(1, _pathLength));
        if (!isSameBlock)
            BeginBlock(@class, directory);
        else
            Invariant.That(_key.AsSpan(_pathLength + 2, _keyLength - _pathLength - 2).SequenceCompareTo(name) < 0);
        Reserve(_pathLength + 2 + name.Length);
        name.CopyTo(_key.AsSpan(_pathLength + 2));
        _keyLength = _pathLength + 2 + name.Length;
        if (_leaf.EntryCount > 0)
        {
            if (!isSameBlock)
                _leaf.BeginBlock(@class, directory, isContinued: false);
            return;
        }
        _first = new ManifestKey(@class, directory.ToArray(), name.ToArray());
        _contentBytes = 0;
        _leaf.BeginBlock(@class, directory, isContinued: isSameBlock);
    }

    void BeginBlock(byte @class, ReadOnlySpan<byte> directory)
    {
        if (_keyLength > 0)
        {
            var order = ManifestOrder.CompareBlocks(_key[0], _key.AsSpan(1, _pathLength), @class, directory);
            Invariant.That(order < 0);
        }
        Reserve(directory.Length + 2);
        _key[0] = @class;
        directory.CopyTo(_key.AsSpan(1));
        _key[directory.Length + 1] = 0;
        _pathLength = directory.Length;
    }

    void Count(ulong contentBytes)
    {
        EntryCount++;
        _contentBytes = Sums.Add(_contentBytes, contentBytes);
        var bytes = _leaf.RecordBytes;
        if (bytes < CutRules.LeafBytesMin)
            return;
        if (bytes >= CutRules.LeafBytesMax || CutRules.IsLeafCut(cutter.Hash(_key.AsSpan(0, _keyLength))))
            StoreLeaf();
    }

    void StoreLeaf()
    {
        var entries = (ulong)_leaf.EntryCount;
        var id = sink.Put(BlobKind.Manifest, _leaf.Finish());
        _upper.Add(new UpperRow(_first, id, entries, _contentBytes));
    }

    void Reserve(int length)
    {
        if (length > _key.Length)
            Array.Resize(ref _key, Math.Max(length, _key.Length * 2));
    }
}
