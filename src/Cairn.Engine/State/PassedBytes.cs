namespace Cairn.Engine.State;

/// <summary>
/// What a pass from front to back has read of a file: now and then what lies behind it is given back, so that a pass
/// over a great file has no more of it in memory than one over a small one. Who reads in it meanwhile waits once more.
/// One thread.
/// </summary>
sealed class PassedBytes(IMappedFile file)
{
    // Few calls, and nothing beside what the process needs anyhow.
    const int HeldMax = 4 << 20;

    long _first;
    long _end;

    /// <summary>That part comes next; of what was given before, nothing is looked at any more.</summary>
    public void Add(long offset, int length)
    {
        if (offset < _first)
        {
            Evict(_end);
            _first = offset;
        }
        else if (offset - _first >= HeldMax)
            Evict(offset);
        _end = offset + length;
    }

    void Evict(long end)
    {
        file.Evict(_first, end - _first);
        _first = end;
    }
}
