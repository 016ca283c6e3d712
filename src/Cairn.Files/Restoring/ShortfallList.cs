namespace Cairn.Files.Restoring;

/// <summary>Counts what could be restored only in part, so that a million files make one line a kind.</summary>
sealed class ShortfallList
{
    readonly Lock _lock = new();
    readonly SortedDictionary<string, (long Count, string First)> _kinds = new(StringComparer.Ordinal);

    public void Add(string what, ReadOnlySpan<byte> path)
    {
        lock (_lock)
        {
            _kinds[what] = _kinds.TryGetValue(what, out var known)
                ? (known.Count + 1, known.First)
                : (1, PathText.Show(path));
        }
    }

    public IReadOnlyCollection<string> Lines()
    {
        lock (_lock)
        {
            return [.. _kinds.Select(kind => kind.Value.Count == 1
                ? $"{kind.Key}: {kind.Value.First}"
                : $"{kind.Key}: {kind.Value.Count} entries, first {kind.Value.First}")];
        }
    }
}
