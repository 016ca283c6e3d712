using Cairn.Engine.Primitives;
using Cairn.Engine.Sources;
using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>
/// One walk, depth first. Directories are opened relative to their parents, so paths of any length work; of a deep
/// stack only the lowest are kept open, and the others opened again by <c>..</c> on the way back.
/// </summary>
sealed class TreeWalker(SourceNode root, FileTreeOptions options, ISourceProblems sink) : IDisposable
{
    const int OpenFramesMax = 64;

    readonly WalkProblems _problems = new(sink);
    readonly DirectoryReader _reader = new(options, new WalkProblems(sink));
    readonly BatchMaker _maker = new(options, new WalkProblems(sink));
    readonly LockPolicy? _locks = LockPolicy.Of(options);
    readonly NameList _names = new();
    readonly List<WalkFrame> _stack = [];
    int _nextName;
    bool _hasYielded; // of the directory on top
    bool _hasStarted;

    WalkFrame Top => _stack[^1];

    /// <summary>The next batch, or null at the end.</summary>
    public FileBatch? Next(CancellationToken cancellationToken)
    {
        if (!_hasStarted)
            Start();
        while (_stack.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_nextName < _names.Count)
            {
                if (MakeBatch() is { } batch)
                    return batch;
            }
            else if (Top.HasNextChild)
                Enter(Top.TakeChild());
            else
                Leave();
        }
        return null;
    }

    void Start()
    {
        _hasStarted = true;
        var place = DirectoryOpening.Root(root, out var directory);
        SourceCheck.EnsurePresent(root, directory);
        Push(new WalkFrame(place, parent: null, path: [], place.Device) { Directory = directory });
    }

    FileBatch? MakeBatch()
    {
        var frame = Top;
        Invariant.That(frame.Directory is not null);
        var count = Math.Min(BatchMaker.EntriesMax, _names.Count - _nextName);
        var entries = _maker.Make(frame, frame.Directory, _names, _nextName, count, out var followed);
        _nextName += count;
        var isLast = _nextName == _names.Count;
        if (entries.Length == 0 && !(isLast && _hasYielded))
            return null;
        _hasYielded = true;
        return new FileBatch(frame.Directory, frame.Place.Node, followed, options.FollowsLinks, _locks)
        {
            DirectoryPath = frame.Path,
            Entries = entries,
            IsLast = isLast,
        };
    }

    void Enter(ChildDirectory child)
    {
        var parent = Top;
        if (parent.Directory is null)
            return; // told when it could not be reached again
        var error = DirectoryOpening.Open(parent.Directory, child, out var directory);
        if (directory is null)
        {
            if (-error is Errno.NotDirectory or Errno.TooManyLinks)
                _problems.Note(parent.Path, child.Name.Span, "was replaced by something else while it was walked");
            else
                _problems.Failed(parent.Path, child.Name.Span, "cannot be opened", error);
            return;
        }
        var isSource = child.Node is { IsSource: true };
        var path = PathBuilder.Child(parent.Path, child.Name.Span);
        Push(new WalkFrame(child, parent, path, isSource ? child.Device : parent.SourceDevice)
        {
            Directory = directory,
        });
    }

    void Push(WalkFrame frame)
    {
        _stack.Add(frame);
        if (_stack.Count > OpenFramesMax)
        {
            var closing = _stack[^(OpenFramesMax + 1)];
            closing.Directory?.Dispose();
            closing.Directory = null;
        }
        _reader.List(frame, frame.Directory!, _names);
        _nextName = 0;
        _hasYielded = false;
    }

    void Leave()
    {
        using var left = Top.Directory;
        _stack.RemoveAt(_stack.Count - 1);
        if (_stack.Count == 0 || Top.Directory is not null)
            return;
        Top.Directory = DirectoryOpening.Parent(left, Top.Place) ?? DirectoryOpening.Descend(_stack);
        if (Top.Directory is null && Top.HasNextChild)
            _problems.Error(Top.Path, [], "was moved while it was walked: the rest of its directories is missing");
    }

    public void Dispose()
    {
        foreach (var frame in _stack)
            frame.Directory?.Dispose();
        _names.Dispose();
        _reader.Dispose();
        _maker.Dispose();
    }
}
