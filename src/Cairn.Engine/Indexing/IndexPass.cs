namespace Cairn.Engine.Indexing;

/// <summary>
/// A pass over the rows of many packs. Each page it touches would stay in memory until the system needs it, so that a
/// pass over a great index took as much memory as the index has; this gives back what lies behind. Any thread.
/// </summary>
sealed class IndexPass(BlobIndex index)
{
    // Some 15 MiB of rows and ids.
    const int RowsHeldMax = 1 << 18;

    int _rows;

    /// <summary>Of a pack of so many rows all has been looked at that is of interest.</summary>
    public void Passed(int rows)
    {
        if (Interlocked.Add(ref _rows, rows) < RowsHeldMax)
            return;
        Volatile.Write(ref _rows, 0);
        index.Evict();
    }
}
