using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// A large file or stream whose content is being stored. Its extents get their places in the order in which the reader
/// cuts them, are filled in by whichever worker stores the chunk, and are taken in order by the manifest's thread,
/// which may begin while the file is still being read: so a file of any size takes little memory.
/// </summary>
sealed class PendingFile(Entry entry, EngineThreads threads)
{
    readonly object _lock = new();
    readonly Queue<Slot> _slots = new();
    bool _isRead;
    bool _isStopped;
    bool _hasBeenTakenFrom;

    public Entry Entry { get; } = entry;

    /// <summary>So much of it is shown as done already, while it is still being read.</summary>
    public long BytesShown;

    /// <summary>The file could not be read and is left out of the snapshot.</summary>
    public bool IsLeftOut { get; private set; }

    /// <summary>Left out because it was not there any more.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Set by the reader before there is any slot.</summary>
    public int? CompressionLevel { get; set; }

    public sealed class Slot
    {
        internal Extent Extent;
        internal bool IsFilled;
    }

    public Slot AddSlot()
    {
        var slot = new Slot();
        lock (_lock)
            _slots.Enqueue(slot);
        return slot;
    }

    public void Fill(Slot slot, Extent extent)
    {
        lock (_lock)
        {
            slot.Extent = extent;
            slot.IsFilled = true;
            threads.PulseAll(_lock);
        }
    }

    /// <summary>No more extents will get places; some may still have to be filled.</summary>
    public void CompleteReading()
    {
        lock (_lock)
        {
            _isRead = true;
            threads.PulseAll(_lock);
        }
    }

    public void LeaveOut(bool isGone = false)
    {
        lock (_lock)
        {
            IsLeftOut = true;
            IsGone = isGone;
            _isRead = true;
            _slots.Clear();
            threads.PulseAll(_lock);
        }
    }

    /// <summary>Begins again, because the file changed under the reader; false if extents are in the manifest
    /// already.</summary>
    public bool TryRestart()
    {
        lock (_lock)
        {
            if (!_hasBeenTakenFrom)
                _slots.Clear();
            return !_hasBeenTakenFrom;
        }
    }

    /// <summary>The next extent in order; null when the file is done. Blocks.</summary>
    public Extent? TakeNext()
    {
        lock (_lock)
        {
            while (true)
            {
                if (_isStopped)
                    throw new OperationCanceledException();
                if (_slots.TryPeek(out var slot) && slot.IsFilled)
                {
                    _hasBeenTakenFrom = true;
                    return _slots.Dequeue().Extent;
                }
                if (_isRead && _slots.Count == 0)
                    return null;
                threads.Wait(_lock);
            }
        }
    }

    public void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            threads.PulseAll(_lock);
        }
    }
}
