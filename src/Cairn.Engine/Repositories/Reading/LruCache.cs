using System.Diagnostics.CodeAnalysis;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>Keeps the values used last, up to a sum of costs. Not for several threads at once.</summary>
sealed class LruCache<TKey, TValue>(long costMax, Action<TValue>? onEvicted = null) where TKey : notnull
{
    readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value, long Cost)>> _nodes = [];
    readonly LinkedList<(TKey Key, TValue Value, long Cost)> _byUse = [];
    long _cost;

    public bool TryGet(TKey key, [MaybeNullWhen(returnValue: false)] out TValue value)
    {
        value = default;
        if (!_nodes.TryGetValue(key, out var node))
            return false;
        _byUse.Remove(node);
        _byUse.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>Without counting as a use.</summary>
    public bool Contains(TKey key) => _nodes.ContainsKey(key);

    /// <summary>False, and nothing kept, if the key is there already: the value stays the caller's.</summary>
    public bool TryAdd(TKey key, TValue value, long cost)
    {
        Invariant.That(cost >= 0);
        if (_nodes.ContainsKey(key) || cost > costMax)
            return false;
        _nodes.Add(key, _byUse.AddFirst((key, value, cost)));
        _cost += cost;
        while (_cost > costMax)
            EvictLast();
        return true;
    }

    public void Clear()
    {
        while (_byUse.Count > 0)
            EvictLast();
    }

    void EvictLast()
    {
        var last = _byUse.Last!;
        _byUse.RemoveLast();
        _nodes.Remove(last.Value.Key);
        _cost -= last.Value.Cost;
        onEvicted?.Invoke(last.Value.Value);
    }
}
