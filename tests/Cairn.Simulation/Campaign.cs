namespace Cairn.Simulation;

/// <summary>Many lives, some side by side: each has threads of its own and shares nothing.</summary>
sealed class Campaign(int parallel)
{
    const int SeedsPerProgress = 100;

    readonly Lock _lock = new();
    readonly List<LifeResult> _violations = [];

    public Coverage Coverage { get; } = new();
    /// <summary>Called now and then with the count of seeds, and those of them with a violation.</summary>
    public Action<long, IReadOnlyList<ulong>>? OnProgress { get; init; }

    /// <summary>Lives of other kinds are left out; null for none.</summary>
    public LifeKind? Only { get; init; }

    /// <summary>Lives without meetings are left out.</summary>
    public bool OnlyMeetings { get; init; }

    public long Seeds { get; private set; }
    public long Steps { get; private set; }

    /// <summary>Ascending by seed.</summary>
    public IReadOnlyList<LifeResult> Violations
    {
        get
        {
            lock (_lock)
                return [.. _violations.OrderBy(life => life.Seed)];
        }
    }

    public void Run(ulong first, long count, Mutation mutation = Mutation.None, Func<bool>? isOver = null)
    {
        var next = -1L;
        var threads = Enumerable.Range(0, parallel).Select(_ => new Thread(RunSome)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        void RunSome()
        {
            while (isOver?.Invoke() != true)
            {
                var number = Interlocked.Increment(ref next);
                if (number >= count)
                    return;
                var seed = first + (ulong)number;
                if ((Only is null || LifeKinds.Of(seed, mutation) == Only)
                    && (!OnlyMeetings || LifeKinds.HasMeetings(seed, mutation)))
                    Add(new Life(seed, mutation).Run());
            }
        }
    }

    void Add(LifeResult life)
    {
        lock (_lock)
        {
            Seeds++;
            Steps += life.Steps;
            Coverage.Add(life.Coverage);
            if (life.Violation is not null)
                _violations.Add(life);
            // With what was found so far, in case the campaign does not live to its end.
            if (Seeds % SeedsPerProgress == 0 || life.Violation is not null)
                OnProgress?.Invoke(Seeds, [.. _violations.Select(found => found.Seed).Order()]);
        }
    }
}
