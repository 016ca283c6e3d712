using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Copy;

/// <summary>
/// Which blob of the source is which of the target, as far as it was found out: without it a content must be read to
/// know what it is called under the other key. A cache in local state (INV-7): lost, contents are read again, and
/// nothing is stored twice. Memory holds only the newest pairs; files are merged when they are of like size, so there
/// are few. Any thread may call.
/// </summary>
sealed class PairMemory : IDisposable
{
    /// <summary>Pairs of which both contents were seen.</summary>
    public const string Verified = "copied-blobs-";

    /// <summary>Pairs that are only likely: good enough to decide what is worth reading.</summary>
    public const string Likely = "likely-blobs-";

    const int RepositoryDigits = 16;

    readonly Lock _lock = new();
    readonly IStateFolder _state;
    readonly RepositoryId _source;
    readonly RepositoryId _target;
    readonly int _pairsMax;
    readonly string _prefix;
    readonly Dictionary<BlobId, BlobId> _recent = [];

    // The greatest first, as they were made.
    readonly List<PairRun> _runs = [];
    int _next;

    public PairMemory(
        IStateFolder state, RepositoryId source, RepositoryId target, int pairsMax, string prefix = Verified)
    {
        _state = state;
        _source = source;
        _target = target;
        _pairsMax = pairsMax;
        _prefix = $"{prefix}{source.ToString()[..RepositoryDigits]}-";
        foreach (var name in state.List().Where(name => name.StartsWith(_prefix, StringComparison.Ordinal)).Order(
            StringComparer.Ordinal))
        {
            if (int.TryParse(name.AsSpan(_prefix.Length), out var number)
                && PairRun.TryOpen(state, name, source, target) is { } run)
            {
                _runs.Add(run);
                _next = Math.Max(_next, number + 1);
            }
            else
                state.Delete(name);
        }
    }

    public bool TryFind(BlobId source, out BlobId target)
    {
        lock (_lock)
        {
            if (_recent.TryGetValue(source, out target))
                return true;
            foreach (var run in _runs)
            {
                if (run.TryFind(source, out target))
                    return true;
            }
            return false;
        }
    }

    public void Add(BlobId source, BlobId target)
    {
        lock (_lock)
        {
            _recent[source] = target;
            if (_recent.Count >= _pairsMax)
                Save();
        }
    }

    /// <summary>What was found out outlives this process.</summary>
    public void Flush()
    {
        lock (_lock)
            Save();
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _recent.Clear();
            foreach (var run in _runs)
            {
                run.Dispose();
                _state.Delete(run.Name);
            }
            _runs.Clear();
        }
    }

    public void Dispose()
    {
        foreach (var run in _runs)
            run.Dispose();
    }

    void Save()
    {
        if (_recent.Count == 0)
            return;
        var pairs = _recent.Select(pair => (pair.Key, pair.Value)).ToArray();
        Array.Sort(pairs, (left, right) => left.Key.CompareTo(right.Key));
        AddRun(pairs);
        _recent.Clear();
        while (_runs.Count > 1 && _runs[^2].Count <= 2L * _runs[^1].Count)
            MergeLast();
    }

    void MergeLast()
    {
        var (first, second) = (_runs[^2], _runs[^1]);
        _runs.RemoveRange(_runs.Count - 2, 2);
        AddRun(Merge(first.All(), second.All()));
        foreach (var run in new[] { first, second })
        {
            run.Dispose();
            _state.Delete(run.Name);
        }
    }

    void AddRun(IEnumerable<(BlobId, BlobId)> pairs)
    {
        var name = $"{_prefix}{_next++:d8}";
        if (PairRun.Write(_state, name, _source, _target, pairs) is { } run)
            _runs.Add(run);
    }

    static IEnumerable<(BlobId, BlobId)> Merge(
        IEnumerable<(BlobId Source, BlobId Target)> first, IEnumerable<(BlobId Source, BlobId Target)> second)
    {
        using var left = first.GetEnumerator();
        using var right = second.GetEnumerator();
        var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
        while (hasLeft || hasRight)
        {
            var order = !hasLeft ? 1 : !hasRight ? -1 : left.Current.Source.CompareTo(right.Current.Source);
            yield return order <= 0 ? left.Current : right.Current;
            if (order <= 0)
                hasLeft = left.MoveNext();
            if (order >= 0)
                hasRight = right.MoveNext();
        }
    }
}
