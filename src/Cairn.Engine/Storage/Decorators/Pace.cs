using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// How many calls may be under way at once: one more for every round that went well, half as many when the store says
/// that it is asked too often (additive increase, multiplicative decrease); until it first says so, twice as many in
/// every round (slow start), since a store far away has few rounds. Calls that began before a cut cannot cut
/// again: one overload is one cut, however many calls it hit.
/// </summary>
sealed class Pace
{
    readonly Lock _lock = new();
    readonly LinkedList<TaskCompletionSource> _waiting = [];
    readonly int _max;
    double _limit;
    int _running;
    int _cuts;

    public Pace(int first, int max)
    {
        Invariant.That(first >= 1);
        Invariant.That(max >= first);
        _limit = first;
        _max = max;
    }

    public int Limit
    {
        get
        {
            lock (_lock)
                return (int)_limit;
        }
    }

    /// <summary>Waits for a place; the ticket goes to <see cref="Leave"/>.</summary>
    public async Task<int> EnterAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _running < (int)_limit)
            {
                _running++;
                return _cuts;
            }
            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        await using (cancellationToken.Register(() => Abandon(place, cancellationToken)))
            await place.Value.Task;
        lock (_lock)
            return _cuts;
    }

    public void Leave(int ticket, bool wasThrottled)
    {
        lock (_lock)
        {
            _running--;
            if (!wasThrottled)
                _limit = Math.Min(_limit + (_cuts == 0 ? 1 : 1 / _limit), _max);
            else if (ticket == _cuts)
            {
                _limit = Math.Max(_limit / 2, 1);
                _cuts++;
            }
            while (_waiting.First is { } next && _running < (int)_limit)
            {
                _waiting.Remove(next);
                _running++;
                next.Value.SetResult();
            }
        }
    }

    void Abandon(LinkedListNode<TaskCompletionSource> place, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Otherwise it has got its place already, and leaves it in the usual way.
            if (place.List is null)
                return;
            _waiting.Remove(place);
            place.Value.SetCanceled(cancellationToken);
        }
    }
}
