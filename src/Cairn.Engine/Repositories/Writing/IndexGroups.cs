using Cairn.Engine.Packs;

namespace Cairn.Engine.Repositories.Writing;

/// <summary>
/// Which tables go together into an index object. While it is made its rows are in memory some times over, so that a
/// backup of small files peaks by as much as this is larger: with twice as many it took 25 MiB more.
/// </summary>
static class IndexGroups
{
    public const int RowsMax = 100_000;

    public static IEnumerable<List<PackTable>> ByRows(IEnumerable<PackTable> tables)
    {
        var group = new List<PackTable>();
        var rows = 0;
        foreach (var table in tables)
        {
            if (group.Count > 0 && rows + table.Rows.Length > RowsMax)
            {
                yield return group;
                group = [];
                rows = 0;
            }
            group.Add(table);
            rows += table.Rows.Length;
        }
        if (group.Count > 0)
            yield return group;
    }
}
