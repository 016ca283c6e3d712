using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Restore;

/// <summary>
/// Directories whose metadata waits until nothing in them changes any more. A subtree is one stretch of the manifest,
/// so after every batch those that were passed are done with: what waits is the siblings on the way, not the whole
/// tree.
/// </summary>
/// <param name="waitForAll">What is restored may go anywhere, so none is done before all are.</param>
sealed class PendingDirectories(IRestoreTarget target, RestoreMonitor monitor, bool waitForAll)
{
    readonly List<(ReadOnlyMemory<byte> Path, Entry Entry)> _pending = [];

    public void Add(ReadOnlyMemory<byte> path, Entry entry) => _pending.Add((path, entry));

    public bool Contains(ReadOnlySpan<byte> path)
    {
        foreach (var (known, _) in _pending)
        {
            if (known.Span.SequenceEqual(path))
                return true;
        }
        return false;
    }

    /// <summary>Finishes, deepest first, all whose subtree lies before that block; all of them without one.</summary>
    public void FinishBefore(ReadOnlyMemory<byte>? block)
    {
        if (waitForAll && block is not null)
            return;
        _pending.Sort((left, right) => ManifestOrder.ComparePaths(left.Path.Span, right.Path.Span));
        var kept = new List<(ReadOnlyMemory<byte>, Entry)>();
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            var (path, entry) = _pending[i];
            if (block is { } next && !IsPassed(path.Span, next.Span))
                kept.Add((path, entry));
            else
                Finish(path.Span, entry);
        }
        _pending.Clear();
        _pending.AddRange(kept);
    }

    static bool IsPassed(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> block) =>
        ManifestOrder.ComparePaths(directory, block) < 0 && !ManifestOrder.IsAtOrBelow(block, directory);

    void Finish(ReadOnlySpan<byte> path, Entry entry)
    {
        try
        {
            target.FinishDirectory(path, entry);
        }
        catch (RestoreWriteException e) when (!e.IsFatal)
        {
            monitor.Fail(path, e.Message, isDamage: false);
        }
    }
}
