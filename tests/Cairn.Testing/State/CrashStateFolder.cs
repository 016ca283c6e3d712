using Cairn.Engine.Primitives;
using Cairn.Engine.State;
using Cairn.Storage.Disks;
using Cairn.Testing.Disks;

namespace Cairn.Testing.State;

/// <summary>
/// Local state on a disk that can lose power. As little durable as the contract allows: nothing is ever synced, so a
/// cut leaves any mixture of old, new, torn and no files.
/// </summary>
public sealed class CrashStateFolder : IStateFolder
{
    const int WriteBytes = 4096;

    readonly CrashDisk _disk;
    readonly string _path;
    int _temporaries;

    /// <param name="path">Absolute; made if it is not there.</param>
    public CrashStateFolder(CrashDisk disk, string path)
    {
        (_disk, _path) = (disk, path);
        if (disk.Stat(path) is null)
            disk.MakeDirectory(path);
    }

    public IReadOnlyList<string> List()
    {
        var names = new List<string>();
        _disk.ReadDirectory(_path, name => names.Add(name.Name));
        return [.. names.Where(name => name[0] != '~').Order(StringComparer.Ordinal)];
    }

    public IMappedFile? TryOpen(string name)
    {
        try
        {
            using var file = _disk.OpenRead($"{_path}/{name}");
            var content = new byte[file.Stat().Size];
            Invariant.That(file.Read(content, offset: 0) == content.Length);
            return new Mapped(content);
        }
        catch (DiskException e) when (e.Code == Errno.NoEntry)
        {
            return null;
        }
    }

    public IStateWriter Create(string name)
    {
        string temporary;
        do
            temporary = $"{_path}/~{Interlocked.Increment(ref _temporaries)}";
        while (_disk.Stat(temporary) is not null);
        return new Writer(_disk, temporary, $"{_path}/{name}");
    }

    public void Delete(string name)
    {
        if (_disk.Stat($"{_path}/{name}") is not null)
            _disk.Unlink($"{_path}/{name}");
    }

    sealed class Mapped(byte[] content) : IMappedFile
    {
        public long Length => content.Length;

        public ReadOnlySpan<byte> Slice(long offset, int length) => content.AsSpan((int)offset, length);

        public void Evict(long offset, long length) { }

        public void Dispose() { }
    }

    sealed class Writer(CrashDisk disk, string temporary, string target) : IStateWriter
    {
        readonly IDiskFile _file = disk.CreateNew(temporary);
        readonly MemoryStream _content = new();
        bool _isCommitted, _isDisposed;

        public long Position => _content.Length;

        public void Write(ReadOnlySpan<byte> bytes) => _content.Write(bytes);

        // In several writes, so that a cut may come between them.
        public void Commit()
        {
            Invariant.That(!_isCommitted && !_isDisposed);
            var content = _content.ToArray().AsMemory();
            for (; !content.IsEmpty; content = content[Math.Min(WriteBytes, content.Length)..])
                _file.Write([content[..Math.Min(WriteBytes, content.Length)]]);
            disk.RenameReplacing(temporary, target);
            _isCommitted = true;
        }

        public void Dispose()
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            _file.Dispose();
            if (!_isCommitted)
                disk.Unlink(temporary);
        }
    }
}
