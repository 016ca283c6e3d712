using Cairn.Engine.Primitives;

namespace Cairn.Testing.Simulated.Scheduling;

/// <summary>Nothing can run, nothing is due, and it is not over.</summary>
public sealed class SimulatedDeadlockException(string message) : Exception(message);

/// <summary>
/// Runs everything of a simulated world one at a time: tasks, what they go on with, and threads that block. What comes
/// next is drawn from the seed among all that can run; when nothing can, the clock moves. So a seed is a schedule, and
/// replays.
/// </summary>
/// <remarks>
/// One thread leads: it draws and runs. If what it runs blocks, another thread takes the lead, until the blocked one
/// is drawn and gets it back. So no more than one thread is ever awake, and code that blocks needs no rewriting.
/// </remarks>
public sealed class SimulatedThreads : EngineThreads
{
    [ThreadStatic] static SimulatedThreads? _led;

    readonly SeededRandom _random;
    readonly RunQueue _queue;
    readonly List<Blocked> _blocked = [];
    readonly Stack<SemaphoreSlim> _spare = [];
    readonly ManualResetEventSlim _over = new();
    Task? _main;
    Exception? _failure;
    volatile bool _isOver;

    public SimulatedThreads(ulong seed)
    {
        _random = new SeededRandom(seed);
        _queue = new RunQueue(this);
    }

    public SimulatedClock Clock { get; } = new();

    public override TaskScheduler Scheduler => _queue;

    /// <summary>How often something was drawn.</summary>
    public long Steps { get; private set; }

    /// <summary>Runs until that is over. What then still waits is given up.</summary>
    public void RunToEnd(Func<Task> main)
    {
        Invariant.That(_main is null);
        _main = Run(main);
        StartThread();
        _over.Wait();
        if (_failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        _main.GetAwaiter().GetResult();
    }

    public override void Wait(object monitor)
    {
        Invariant.That(_led == this);
        var me = new Blocked(_queue.NextNumber(), monitor);
        _blocked.Add(me);
        Monitor.Exit(monitor);
        _led = null;
        HandOver();
        me.Turn.Wait();
        _led = this;
        Monitor.Enter(monitor);
        if (_isOver)
            throw new OperationCanceledException("the simulation is over");
    }

    public override void PulseAll(object monitor)
    {
        foreach (var blocked in _blocked.FindAll(blocked => ReferenceEquals(blocked.Monitor, monitor)))
        {
            _blocked.Remove(blocked);
            _queue.Add(blocked.Number, blocked);
        }
    }

    /// <summary>Blocks for that time of the simulated clock: a slow disk, say.</summary>
    public void Sleep(TimeSpan time)
    {
        var gate = new object();
        var isOver = false;
        using var timer = Clock.CreateTimer(_ => Wake(), state: null, time, Timeout.InfiniteTimeSpan);
        lock (gate)
        {
            while (!isOver)
                Wait(gate);
        }

        void Wake()
        {
            lock (gate)
            {
                isOver = true;
                PulseAll(gate);
            }
        }
    }

    void Lead()
    {
        while (!_isOver)
        {
            _led = this;
            try
            {
                if (!TryStep(out var woken))
                    throw new SimulatedDeadlockException("nothing can run, and nothing will happen any more");
                if (_main is { IsCompleted: true })
                    End();
                else if (woken is not null)
                    FollowBehind(woken);
            }
            catch (Exception e) when (_failure is null)
            {
                _failure = e;
                End();
            }
        }
    }

    bool TryStep(out Blocked? woken)
    {
        woken = null;
        Steps++;
        if (_queue.Count == 0)
            return Clock.TryGoOn();
        switch (_queue.Take(_random))
        {
            case Blocked blocked:
                woken = blocked;
                break;
            case Task task:
                _queue.Execute(task);
                break;
        }
        return true;
    }

    // The woken thread leads on; this one waits until the lead is free again.
    void FollowBehind(Blocked woken)
    {
        using var turn = new SemaphoreSlim(0);
        _spare.Push(turn);
        _led = null;
        woken.Turn.Release();
        turn.Wait();
    }

    void HandOver()
    {
        if (_spare.TryPop(out var turn))
            turn.Release();
        else
            StartThread();
    }

    void End()
    {
        _isOver = true;
        foreach (var blocked in _blocked)
            blocked.Turn.Release();
        while (_spare.TryPop(out var turn))
            turn.Release();
        _over.Set();
    }

    void StartThread() => new Thread(Lead, maxStackSize: 1 << 20) { IsBackground = true }.Start();

    sealed record Blocked(long Number, object Monitor)
    {
        public SemaphoreSlim Turn { get; } = new(0);
    }

    /// <summary>What can run, by number.</summary>
    sealed class RunQueue(SimulatedThreads threads) : TaskScheduler
    {
        readonly SortedList<long, object> _items = [];
        long _numbers;

        public int Count => _items.Count;

        public override int MaximumConcurrencyLevel => 1;

        public long NextNumber() => ++_numbers;

        public void Add(long number, object item) => _items.Add(number, item);

        public object Take(SeededRandom random)
        {
            var index = random.NextInt(_items.Count);
            var item = _items.GetValueAtIndex(index);
            _items.RemoveAt(index);
            return item;
        }

        public void Execute(Task task) => TryExecuteTask(task);

        protected override void QueueTask(Task task)
        {
            // Whoever comes from another thread comes at a moment that no seed decides.
            if (_led != threads && threads._main is not null && !threads._isOver)
                threads._failure ??= new InvalidOperationException(
                    $"something went on beside the simulation's threads: {Environment.StackTrace}");
            lock (_items)
                Add(NextNumber(), task);
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
