using System.Buffers.Binary;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Manifests.Local;

/// <summary>
/// Goes through a local manifest in step with a walk of the source, both in the manifest's order. Blocks of directories
/// that vanished are skipped whole. Allocates nothing on its way. One thread at a time.
/// </summary>
public sealed class LocalManifestCursor
{
    readonly LocalManifest _manifest;
    readonly PassedBytes _passed;
    long _nextFrame = LocalManifestLayout.Magic.Length;

    // The block frame that is being read, and where in it the next entry begins.
    long _frame;
    byte _class;
    int _pathLength;
    uint _entriesLeft;
    int _position;
    bool _isAtEnd;
    int _current = -1;

    internal LocalManifestCursor(LocalManifest manifest)
    {
        _manifest = manifest;
        _passed = manifest.BeginPass();
        NextBlock();
    }

    /// <summary>Entries that were passed because the walk did not come by them.</summary>
    public ulong Vanished { get; private set; }

    /// <summary>The directory of the current entry, or of the one that comes next.</summary>
    public byte Class => _class;

    public ReadOnlySpan<byte> Directory =>
        _isAtEnd ? default : Block.Slice(LocalManifestLayout.BlockHeaderSize, _pathLength);

    /// <summary>The entry found last; good until the cursor moves again.</summary>
    public LocalEntry Current
    {
        get
        {
            Invariant.That(_current >= 0);
            return LocalEntry.Read(_manifest, EntryAt(Block, _current));
        }
    }

    /// <summary>
    /// Moves to that entry if it is there. Entries must be asked for in the manifest's order; all that come before
    /// count
    /// as vanished.
    /// </summary>
    public bool TryAdvanceTo(byte @class, ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        _current = -1;
        while (!_isAtEnd)
        {
            var block = Block;
            var path = block.Slice(LocalManifestLayout.BlockHeaderSize, _pathLength);
            if (_class != @class || !path.SequenceEqual(directory))
            {
                if (ManifestOrder.CompareBlocks(_class, path, @class, directory) > 0)
                    return false;
            }
            else
            {
                var order = SeekInBlock(block, name);
                if (order >= 0)
                    return order == 0;
            }
            SkipBlock();
        }
        return false;
    }

    /// <summary>Moves to the next entry, for callers that look at what vanished; that is not counted then.</summary>
    public bool MoveNext()
    {
        _current = -1;
        while (!_isAtEnd && _entriesLeft == 0)
            NextBlock();
        if (_isAtEnd)
            return false;
        Take(EntryAt(Block, _position).Length);
        return true;
    }

    /// <summary>Where the next entry stands compared with that place; positive at the end.</summary>
    public int CompareNextTo(byte @class, ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        while (!_isAtEnd && _entriesLeft == 0)
            NextBlock();
        if (_isAtEnd)
            return 1;
        var byBlock = ManifestOrder.CompareBlocks(_class, Directory, @class, directory);
        return byBlock != 0 ? byBlock : NameOf(EntryAt(Block, _position)).SequenceCompareTo(name);
    }

    /// <summary>The walk is over: what was not passed vanished too.</summary>
    public void Finish()
    {
        _current = -1;
        while (!_isAtEnd)
            SkipBlock();
    }

    ReadOnlySpan<byte> Block => _manifest.Frame(_frame, out _);

    /// <summary>
    /// Skips names that come before. 0: found, and taken; positive: the next one comes behind; negative: none left.
    /// </summary>
    int SeekInBlock(ReadOnlySpan<byte> block, ReadOnlySpan<byte> name)
    {
        while (_entriesLeft > 0)
        {
            var entry = EntryAt(block, _position);
            var order = NameOf(entry).SequenceCompareTo(name);
            if (order > 0)
                return 1;
            Take(entry.Length);
            if (order == 0)
                return 0;
            Vanished++;
            _current = -1;
        }
        return -1;
    }

    void Take(int entryLength)
    {
        _current = _position;
        _position += sizeof(uint) + entryLength;
        _entriesLeft--;
    }

    void SkipBlock()
    {
        Vanished += _entriesLeft;
        NextBlock();
    }

    void NextBlock()
    {
        _entriesLeft = 0;
        while (_nextFrame < _manifest.StreamLength)
        {
            _frame = _nextFrame;
            var frame = _manifest.Frame(_frame, out var tag);
            _nextFrame += LocalManifestLayout.FrameHeaderSize + frame.Length;
            _passed.Add(_frame, frame.Length);
            if (tag != LocalManifestLayout.BlockTag)
                continue;
            _class = frame[0];
            _entriesLeft = BinaryPrimitives.ReadUInt32LittleEndian(frame[2..]);
            _pathLength = BinaryPrimitives.ReadInt32LittleEndian(frame[6..]);
            _position = LocalManifestLayout.BlockHeaderSize + _pathLength;
            return;
        }
        _isAtEnd = true;
    }

    static ReadOnlySpan<byte> EntryAt(ReadOnlySpan<byte> block, int position) => block.Slice(
        position + sizeof(uint), (int)BinaryPrimitives.ReadUInt32LittleEndian(block[position..]));

    /// <summary>The name alone: most entries are told apart by it, and need not be decoded.</summary>
    static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> entry)
    {
        var reader = new PieceReader(entry[(LocalManifestLayout.EntryHeaderSize - sizeof(uint) + 1)..]);
        return reader.Bytes(ManifestLimits.NameBytes, "name of an entry");
    }
}
