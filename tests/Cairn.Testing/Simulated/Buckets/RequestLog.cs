namespace Cairn.Testing.Simulated.Buckets;

/// <summary>
/// The last things that happened at a bucket, over all callers and in order, for failure messages; and how often each
/// request was made, for budgets. Bounded, because simulations run for years.
/// </summary>
public sealed class RequestLog
{
    const int LinesMax = 500;

    readonly Lock _lock = new();
    readonly Queue<string> _lines = [];
    readonly Dictionary<string, int> _counts = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    /// <summary>Requests of that name, the refused ones too: <c>PutObject</c>, say.</summary>
    public int Count(string operation)
    {
        lock (_lock)
            return _counts.GetValueOrDefault(operation);
    }

    public void Note(string line)
    {
        lock (_lock)
        {
            if (_lines.Count == LinesMax)
                _lines.Dequeue();
            _lines.Enqueue(line);
        }
    }

    internal void Request(long number, Caller caller, string operation, string name, string answer)
    {
        lock (_lock)
            _counts[operation] = _counts.GetValueOrDefault(operation) + 1;
        Note($"{number} {caller} {operation} {name}: {answer}");
    }

    public override string ToString() => string.Join('\n', Lines);
}
