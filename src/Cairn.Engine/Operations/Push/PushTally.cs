namespace Cairn.Engine.Operations.Push;

/// <summary>Counts what was sent. Any thread.</summary>
sealed class PushTally(WorkMonitor monitor)
{
    readonly List<string> _notes = [];
    long _packs, _bytes;

    public long Packs => Interlocked.Read(ref _packs);
    public long Bytes => Interlocked.Read(ref _bytes);
    public long Freed { get; set; }

    public IReadOnlyList<string> Notes
    {
        get
        {
            lock (_notes)
                return [.. _notes];
        }
    }

    public void AddPack(long bytes)
    {
        Interlocked.Increment(ref _packs);
        Interlocked.Add(ref _bytes, bytes);
        monitor.Add(files: 1, bytes);
    }

    public void AddNote(string note)
    {
        lock (_notes)
            _notes.Add(note);
    }
}
