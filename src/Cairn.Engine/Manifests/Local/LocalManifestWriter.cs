using System.Buffers.Binary;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Manifests.Local;

/// <summary>
/// Writes the local copy of the manifest that a backup is making. Entries come in the manifest's order from one thread;
/// lists of large files come from any, before their entries. Nothing appears unless it is committed.
/// </summary>
public sealed class LocalManifestWriter : IDisposable
{
    readonly IStateWriter _writer;
    readonly CheckedStream _stream;
    readonly RepositoryId _repository;
    readonly Bytes32 _source;
    readonly Lock _streamLock = new();
    readonly OwnerNumbers _owners = new();
    readonly PieceWriter _path = new();
    readonly PieceWriter _entries = new(LocalManifestLayout.BlockBytes * 2);
    readonly PieceWriter _lastName = new(256);
    byte _class;
    bool _hasBlock;
    bool _isContinued;
    uint _entriesInBlock;
    ulong _entryCount;

    public LocalManifestWriter(IStateFolder folder, RepositoryId repository, Bytes32 source)
    {
        _writer = folder.Create(LocalManifest.NameOf(source));
        _stream = new CheckedStream(_writer);
        _repository = repository;
        _source = source;
        _stream.Write(LocalManifestLayout.Magic);
    }

    /// <summary>Where the lists of one file go; its chain is handed in with the entry.</summary>
    public LocalListLog BeginLists() => new(this);

    /// <param name="lists">The chain of the file's lists; 0 if its extents are inline.</param>
    public void Append(byte @class, ReadOnlySpan<byte> directory, Entry entry, ulong lists)
    {
        Invariant.That(lists != 0 == (entry.Content is { ListDepth: > 0 }));
        Advance(@class, directory, entry.Name.Span);
        var start = BeginEntry(entry.Stamp, lists);
        EntryCodec.Write(_entries, entry, _owners.Of(entry.Owner));
        EndEntry(start);
    }

    /// <summary>Appends an entry as the former local manifest has it, with its lists.</summary>
    public void Append(byte @class, ReadOnlySpan<byte> directory, scoped in LocalEntry former)
    {
        Advance(@class, directory, former.Record.Name);
        var start = BeginEntry(former.Stamp, CopyLists(former));
        EntryCodec.Write(_entries, former.Record, _owners.Of(former.Owner));
        EndEntry(start);
    }

    /// <summary>Makes the file appear, as the copy of that snapshot's manifest.</summary>
    public void Commit(ObjectHash snapshot)
    {
        FlushBlock();
        var checksums = _stream.Finish();
        var footer = LocalManifestFooter.Encode(
            new(_repository, _source, snapshot, _stream.Position, _entryCount), _owners.Owners, checksums);
        _writer.Write(footer);
        _writer.Commit();
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>Appends a list's frame; its offset. Any thread.</summary>
    internal ulong AppendList(ulong previous, BlobId id, ReadOnlySpan<byte> list)
    {
        Span<byte> header = stackalloc byte[LocalManifestLayout.FrameHeaderSize + LocalManifestLayout.ListHeaderSize];
        BinaryPrimitives.WriteInt32LittleEndian(header, LocalManifestLayout.ListHeaderSize + list.Length);
        header[4] = LocalManifestLayout.ListTag;
        BinaryPrimitives.WriteUInt64LittleEndian(header[5..], previous);
        id.CopyTo(header[13..]);
        lock (_streamLock)
        {
            var offset = (ulong)_stream.Position;
            _stream.Write(header);
            _stream.Write(list);
            return offset;
        }
    }

    /// <summary>
    /// Copies the lists of a file whose content is taken over while its metadata is not: the new chain.
    /// </summary>
    public ulong CopyLists(scoped in LocalEntry former)
    {
        var chain = 0UL;
        var lists = former.Lists;
        while (lists.MoveNext())
            chain = AppendList(chain, lists.Id, lists.Content);
        return chain;
    }

    void Advance(byte @class, ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        var isSameBlock = _hasBlock && @class == _class && directory.SequenceEqual(_path.Written);
        if (isSameBlock)
        {
            Invariant.That(_lastName.Written.SequenceCompareTo(name) < 0);
            if (_entries.Length >= LocalManifestLayout.BlockBytes)
                FlushBlock();
        }
        else
        {
            if (_hasBlock)
            {
                var order = ManifestOrder.CompareBlocks(_class, _path.Written, @class, directory);
                Invariant.That(order < 0);
            }
            FlushBlock();
            _class = @class;
            _path.Clear();
            _path.Raw(directory);
            _hasBlock = true;
            _isContinued = false;
        }
        _lastName.Clear();
        _lastName.Raw(name);
    }

    int BeginEntry(in FileStamp stamp, ulong lists)
    {
        Span<byte> header = stackalloc byte[LocalManifestLayout.EntryHeaderSize];
        BinaryPrimitives.WriteInt64LittleEndian(header[4..], stamp.Changed.Seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], stamp.Changed.Nanoseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], stamp.Inode);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], stamp.Device);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], lists);
        var start = _entries.Length;
        _entries.Raw(header);
        return start;
    }

    void EndEntry(int start)
    {
        _entries.PatchUInt32(start, (uint)(_entries.Length - start - sizeof(uint)));
        _entriesInBlock++;
        _entryCount++;
    }

    void FlushBlock()
    {
        if (_entriesInBlock == 0)
            return;
        Span<byte> header = stackalloc byte[LocalManifestLayout.FrameHeaderSize + LocalManifestLayout.BlockHeaderSize];
        var length = LocalManifestLayout.BlockHeaderSize + _path.Length + _entries.Length;
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        header[4] = LocalManifestLayout.BlockTag;
        header[5] = _class;
        header[6] = (byte)(_isContinued ? 1 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header[7..], _entriesInBlock);
        BinaryPrimitives.WriteInt32LittleEndian(header[11..], _path.Length);
        lock (_streamLock)
        {
            _stream.Write(header);
            _stream.Write(_path.Written);
            _stream.Write(_entries.Written);
        }
        _entries.Clear();
        _entriesInBlock = 0;
        _isContinued = true;
    }
}
