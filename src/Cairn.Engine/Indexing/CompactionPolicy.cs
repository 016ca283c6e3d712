using System.Numerics;

namespace Cairn.Engine.Indexing;

/// <summary>
/// Which segments to rewrite together with what a commit adds. Sizes fall into classes, each four times the one
/// below; the fourth of a class makes them one, and everything smaller comes along. So look-ups meet at most three
/// segments a class, and a row is rewritten about once a class.
/// </summary>
static class CompactionPolicy
{
    const int Factor = 4;
    const int SmallestClassRows = 4096;
    const int RemovedShareMax = 4;

    public static IReadOnlyList<Segment> Choose(IReadOnlyList<Segment> segments, uint addedRows, bool adds)
    {
        var chosen = segments.Where(segment => segment.RemovedRows > segment.RowCount / RemovedShareMax).ToHashSet();
        if (!adds && chosen.Count == 0)
            return [];
        while (true)
        {
            var size = ClassOf(addedRows + chosen.Sum(segment => (long)segment.RowCount));
            var others = segments.Where(segment => !chosen.Contains(segment)).ToList();
            var joining = others.Where(segment => ClassOf(segment.RowCount) < size).ToList();
            var peers = others.Where(segment => ClassOf(segment.RowCount) == size).ToList();
            if (peers.Count + 1 >= Factor)
                joining.AddRange(peers);
            if (joining.Count == 0)
                return [.. chosen];
            chosen.UnionWith(joining);
        }
    }

    static int ClassOf(long rows) => BitOperations.Log2((ulong)(rows / SmallestClassRows) + 1) / 2;
}
