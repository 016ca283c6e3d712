using Cairn.Engine.Entries;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Takes over from the previous snapshot what is gone from the source and is to stay: goes through its local copy in
/// step with the manifest that is being made, and hands on what the manifest passes by. The manifest's thread.
/// </summary>
sealed class KeptEntries(
    LocalManifest former, IKeepRules rules, BlobWriter writer, ISourceProblems problems, KeptEntries.Receive receive)
{
    const byte FileClass = 0;

    readonly LocalManifestCursor _cursor = former.OpenCursor();
    PathSet? _wanted;

    // Directories that something else took the place of, so that nothing can be kept beneath.
    readonly PathSet _blocked = new();
    byte[] _path = new byte[4096];
    bool _isAtPassed;

    public delegate void Receive(byte @class, ReadOnlySpan<byte> directory, scoped in LocalEntry former);

    /// <summary>Of those that the walk did not come by.</summary>
    public ulong Count { get; private set; }

    /// <summary>Hands on what came before that entry, which is next in the manifest.</summary>
    public void Pass(byte @class, ReadOnlySpan<byte> directory, Entry entry)
    {
        int order;
        _isAtPassed = false;
        while ((order = _cursor.CompareNextTo(@class, directory, entry.Name.Span)) < 0 && _cursor.MoveNext())
            Consider();
        _isAtPassed = order == 0 && _cursor.MoveNext();
        if (_isAtPassed && _cursor.Current.Record.Kind == EntryKind.Directory && entry.Kind != EntryKind.Directory)
            Block(PathOf(_cursor.Current), "is no directory any more, so what was kept in it is left out");
    }

    /// <summary>The entry passed last turned out to be gone as well.</summary>
    public void TakePassed()
    {
        if (_isAtPassed)
            Consider();
    }

    /// <summary>The manifest is at its end.</summary>
    public void PassRest()
    {
        _isAtPassed = false;
        while (_cursor.MoveNext())
            Consider();
    }

    void Consider()
    {
        if (_cursor.Class != FileClass)
            return;
        var entry = _cursor.Current;
        var isDirectory = entry.Record.Kind == EntryKind.Directory;
        var path = PathOf(entry);
        _wanted ??= FindWanted();
        if (!(isDirectory && _wanted.Contains(path)) && !rules.Keeps(path, entry.Record.Kind))
            return;
        if (_blocked.ContainsOneAbove(path))
            return;
        if (!IsStillStored(entry))
        {
            problems.Report(new SourceProblem(
                path.ToArray(), "is gone, and so is its content from the repository: it cannot be kept",
                IsError: true));
            if (isDirectory)
                _blocked.Add(path);
            return;
        }
        receive(_cursor.Class, _cursor.Directory, entry);
        if (!_isAtPassed)
            Count++;
    }

    bool IsStillStored(scoped in LocalEntry entry)
    {
        foreach (var blob in entry.Blobs)
        {
            if (!writer.TryReuse(blob.Id))
                return false;
        }
        return true;
    }

    void Block(ReadOnlySpan<byte> path, string message)
    {
        _blocked.Add(path);
        if ((_wanted ??= FindWanted()).Contains(path))
            problems.Report(new SourceProblem(path.ToArray(), message, IsError: false));
    }

    /// <summary>The directories with anything beneath them that is kept once it is gone.</summary>
    PathSet FindWanted()
    {
        var found = new PathSet();
        var cursor = former.OpenCursor();
        while (cursor.MoveNext() && cursor.Class == FileClass)
        {
            var record = cursor.Current.Record;
            var path = Join(cursor.Directory, record.Name, ref _scanned);
            if (rules.Keeps(path, record.Kind))
                found.AddAllAbove(path);
        }
        return found;
    }

    byte[] _scanned = new byte[4096];

    ReadOnlySpan<byte> PathOf(scoped in LocalEntry entry) => Join(_cursor.Directory, entry.Record.Name, ref _path);

    static ReadOnlySpan<byte> Join(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name, ref byte[] buffer)
    {
        var length = directory.Length + name.Length + 2;
        if (buffer.Length < length)
            buffer = new byte[length * 2];
        buffer[0] = (byte)'/';
        directory.CopyTo(buffer.AsSpan(1));
        var end = 1 + directory.Length;
        if (!directory.IsEmpty)
            buffer[end++] = (byte)'/';
        name.CopyTo(buffer.AsSpan(end));
        return buffer.AsSpan(0, end + name.Length);
    }
}

/// <summary>
/// Paths of directories by 64 bits of a hash, so that many take little memory. A rare mistake keeps an empty directory,
/// no more.
/// </summary>
sealed class PathSet
{
    readonly HashSet<ulong> _hashes = [];

    public void Add(ReadOnlySpan<byte> path) => _hashes.Add(Hash(path));

    public bool Contains(ReadOnlySpan<byte> path) => _hashes.Count > 0 && _hashes.Contains(Hash(path));

    /// <param name="path">Absolute.</param>
    public void AddAllAbove(ReadOnlySpan<byte> path)
    {
        for (var above = Above(path); above.Length > 0 && _hashes.Add(Hash(above)); above = Above(above)) { }
    }

    public bool ContainsOneAbove(ReadOnlySpan<byte> path)
    {
        if (_hashes.Count == 0)
            return false;
        for (var above = Above(path); above.Length > 0; above = Above(above))
        {
            if (_hashes.Contains(Hash(above)))
                return true;
        }
        return false;
    }

    static ReadOnlySpan<byte> Above(ReadOnlySpan<byte> path) => path[..path.LastIndexOf((byte)'/')];

    // FNV-1a: the same in every run.
    static ulong Hash(ReadOnlySpan<byte> path)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var value in path)
            hash = (hash ^ value) * 0x100000001B3;
        return hash;
    }
}
