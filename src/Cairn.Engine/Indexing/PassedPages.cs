using Cairn.Engine.State;

namespace Cairn.Engine.Indexing;

/// <summary>
/// The pages that a pass from front to back has read: now and then those behind it are given back, so that a merge of
/// great segments has no more of them in memory than one of small ones. Look-ups that go on meanwhile wait once more
/// for a page. One thread.
/// </summary>
sealed class PassedPages(IMappedFile file)
{
    // 4 MiB: few calls, and nothing beside what the process needs anyhow.
    const int HeldMax = 1024;

    long _first;
    long _end;

    /// <summary>Of what was copied nothing is looked at in place any more.</summary>
    public void Add(long page)
    {
        if (page < _first)
        {
            Evict(_end);
            _first = page;
        }
        else if (page - _first >= HeldMax)
            Evict(page);
        _end = page + 1;
    }

    void Evict(long end)
    {
        file.Evict(_first * IndexPage.Size, (end - _first) * IndexPage.Size);
        _first = end;
    }
}
