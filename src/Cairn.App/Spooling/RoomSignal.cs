namespace Cairn.App.Spooling;

/// <summary>
/// A lock that a backup holds while any of its packs waits for room, so that a push sees it. A lock, and not a file
/// that comes and goes: a full disk may have no room for one, and a backup that is killed would leave it behind.
/// </summary>
sealed class RoomSignal(string file)
{
    const int TriesMax = 10_000;

    readonly Lock _lock = new();
    FileStream? _held;
    int _waiting;

    public IDisposable Raise()
    {
        lock (_lock)
        {
            // Whoever looks holds it for a moment.
            var spin = new SpinWait();
            for (var tries = 0; _held is null && tries < TriesMax; tries++)
            {
                _held = FileLock.TryTake(file);
                if (_held is null)
                    spin.SpinOnce();
            }
            _waiting++;
        }
        return new Raised(this);
    }

    public bool IsRaised()
    {
        using var free = FileLock.TryTake(file);
        return free is null;
    }

    void Lower()
    {
        lock (_lock)
        {
            if (--_waiting > 0)
                return;
            _held?.Dispose();
            _held = null;
        }
    }

    sealed class Raised(RoomSignal signal) : IDisposable
    {
        public void Dispose() => signal.Lower();
    }
}
