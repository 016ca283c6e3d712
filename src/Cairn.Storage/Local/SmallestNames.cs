namespace Cairn.Storage.Local;

/// <summary>
/// Of a stream of names in any order, keeps the smallest ones behind a given name, in memory for a bounded number. So a
/// directory of any size is listed in order by reading it as often as it holds that many names.
/// </summary>
sealed class SmallestNames(int countMax, string? after)
{
    readonly List<string> _names = [];
    bool _droppedAny;

    public void Add(string name)
    {
        if (after is not null && string.CompareOrdinal(name, after) <= 0)
            return;
        _names.Add(name);
        if (_names.Count == 2 * countMax)
            Trim();
    }

    /// <summary>The names in ordinal order, and whether there are more behind them.</summary>
    public (IReadOnlyList<string> Names, bool HasMore) Take()
    {
        Trim();
        return (_names, _droppedAny);
    }

    void Trim()
    {
        _names.Sort(string.CompareOrdinal);
        if (_names.Count <= countMax)
            return;
        _names.RemoveRange(countMax, _names.Count - countMax);
        _droppedAny = true;
    }
}
