using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;

namespace Cairn.Engine.Operations.Restore;

/// <summary>
/// Decides for each entry of a manifest whether it is restored, and under which path below the target. Directories that
/// are restored only for what is in them wait here until that turns up. One thread.
/// </summary>
sealed class EntryPlacer(IRestoreSelection? selection, IReadOnlyList<RestoreRename> renames)
{
    const int WaitingBeforePruning = 4096;

    readonly Dictionary<string, (ReadOnlyMemory<byte> Directory, Entry Entry)> _waiting = [];
    /// <summary>
    /// Length of the path in the snapshot that is restored: what somebody named is meant, whatever a pattern says.
    /// </summary>
    public int RootLength { get; init; }

    byte[] _path = [];
    int _pathLength;
    RestoreVerdict _ofBlock;

    /// <summary>Nothing is left out and nothing goes elsewhere.</summary>
    public bool IsIdle => selection is null && renames.Count == 0;

    /// <summary>Entries of that directory of the snapshot come next.</summary>
    public void BeginBlock(byte @class, ReadOnlySpan<byte> directory)
    {
        _ofBlock = selection is null ? RestoreVerdict.Include : RestoreVerdict.Pass;
        if (selection is null || @class != ManifestLimits.FileClass)
            return;
        SetPath(directory, []);
        for (var end = 1; end <= _pathLength && _ofBlock != RestoreVerdict.Exclude; end++)
        {
            if (end > RootLength + 1 && (end == _pathLength || _path[end] == '/'))
                _ofBlock = Inherit(selection.Decide(_path.AsSpan(0, end), EntryKind.Directory));
        }
    }

    public RestoreVerdict Decide(byte @class, ReadOnlySpan<byte> directory, Entry entry)
    {
        if (selection is null || _ofBlock == RestoreVerdict.Exclude)
            return _ofBlock;
        if (@class != ManifestLimits.FileClass)
            return selection.Decide(entry.Name.Span, entry.Kind);
        SetPath(directory, entry.Name.Span);
        return Inherit(selection.Decide(_path.AsSpan(0, _pathLength), entry.Kind));
    }

    /// <summary>Where something below the target goes instead.</summary>
    public ReadOnlyMemory<byte> Map(ReadOnlyMemory<byte> path)
    {
        foreach (var rename in renames)
        {
            if (ManifestOrder.IsAtOrBelow(path.Span, rename.Old.Span))
                return (byte[])[.. rename.New.Span, .. path.Span[rename.Old.Length..]];
        }
        return path;
    }

    /// <param name="directory">Where it goes, below the target.</param>
    public void Wait(ReadOnlyMemory<byte> directory, Entry entry)
    {
        if (_waiting.Count >= WaitingBeforePruning && renames.Count == 0)
            Prune(directory);
        _waiting[KeyOf(ManifestPath.Join(directory, entry.Name).Span)] = (directory, entry);
    }

    /// <summary>Those that wait on the way to a directory, from the top; they wait no longer.</summary>
    public IEnumerable<(ReadOnlyMemory<byte> Directory, Entry Entry)> TakeWaiting(ReadOnlyMemory<byte> directory)
    {
        for (var end = 1; _waiting.Count > 0 && end <= directory.Length; end++)
        {
            if ((end == directory.Length || directory.Span[end] == '/')
                && _waiting.Remove(KeyOf(directory.Span[..end]), out var waiting))
                yield return waiting;
        }
    }

    // The walk through the manifest is past them, so nothing in them will turn up any more.
    void Prune(ReadOnlyMemory<byte> current)
    {
        foreach (var (key, (directory, entry)) in _waiting.ToArray())
        {
            var path = ManifestPath.Join(directory, entry.Name).Span;
            if (ManifestOrder.ComparePaths(path, current.Span) < 0 && !ManifestOrder.IsAtOrBelow(current.Span, path))
                _waiting.Remove(key);
        }
    }

    RestoreVerdict Inherit(RestoreVerdict own) => own == RestoreVerdict.Pass ? _ofBlock : own;

    void SetPath(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        var length = directory.Length + name.Length + 2;
        if (_path.Length < length)
            _path = new byte[length * 2];
        _path[0] = (byte)'/';
        directory.CopyTo(_path.AsSpan(1));
        _pathLength = 1 + directory.Length;
        if (name.IsEmpty)
            return;
        if (_pathLength > 1)
            _path[_pathLength++] = (byte)'/';
        name.CopyTo(_path.AsSpan(_pathLength));
        _pathLength += name.Length;
    }

    static string KeyOf(ReadOnlySpan<byte> path) => System.Text.Encoding.Latin1.GetString(path);
}
