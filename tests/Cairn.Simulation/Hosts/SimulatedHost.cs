using System.Text;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Simulation.Hosts;

/// <summary>
/// A machine with files that change, which backs them up again and again, each time as a new process that may fail in
/// any way. What its runs say and what they commit is put down in the model.
/// </summary>
sealed class SimulatedHost
{
    readonly World _world;
    readonly HostCredential _credential;
    readonly SeededRandom _random;
    readonly MachineClock _clock;
    readonly EngineEnvironment _environment;
    readonly MemorySource _source;
    readonly TreeLife _tree;
    readonly HostState _state;
    readonly string _id;

    public SimulatedHost(World world, HostCredential credential)
    {
        (_world, _credential) = (world, credential);
        using (var signer = new Engine.Crypto.Signer(credential.HostSeed))
            _id = signer.Id.ToString();
        _random = world.NewRandom();
        _clock = new MachineClock(world.Clock) { Offset = TimeSpan.FromMinutes(_random.NextInt(600) - 300) };
        _environment = world.NewEnvironment(_clock, world.NewRandom());
        _source = new MemorySource(_clock) { BatchEntriesMax = 1 + _random.NextInt(6) };
        _tree = new TreeLife(world, _source, world.NewRandom());
        _state = new HostState(world, world.NewRandom());
        world.Machines.Add(this);
    }

    public HostCredential Credential => _credential;

    string Name => _credential.HostName;

    public MemoryStateFolder CopyState() => HostState.Copy(_state.Folder);

    public async Task LiveAsync(int runs)
    {
        for (var i = 0; i < runs; i++)
        {
            await _world.WaitAsync(_random, TimeSpan.FromDays(_random.NextInt(3) == 0 ? 20 : 0.02));
            if (_random.NextInt(8) == 0)
            {
                _world.Coverage.Count("clock jumped");
                _clock.Offset += TimeSpan.FromHours(_random.NextInt(4000) - 2000);
            }
            LetThingsHappen();
            await BackUpAsync();
        }
    }

    /// <summary>Whether the run was reported.</summary>
    public async Task<bool> BackUpOnceAsync()
    {
        LetThingsHappen();
        return (await BackUpAsync()).Reported is not null;
    }

    public bool Wrote(SnapshotName snapshot) => snapshot.Host.ToString() == _id;

    /// <summary>Once nothing goes wrong any more, the next run succeeds unaided.</summary>
    public async Task BackUpInTheEndAsync()
    {
        _tree.ChangeSome();
        var run = await BackUpAsync();
        _world.Require(run.Reported is not null, $"{run} failed though nothing went wrong any more");
    }

    void LetThingsHappen()
    {
        _tree.ChangeSome();
        if (_random.NextInt(12) == 0)
            _tree.AddMuch();
        _state.LetThingsHappen();
    }

    async Task<HostRun> BackUpAsync()
    {
        var run = _world.Judge.NewRun(Name);
        var isStream = !_world.IsCalm && _random.NextInt(6) == 0;
        var input = isStream ? StreamOf(run) : FilesOf(run);
        var life = new ProcessLife(
            _world, CairnRoles.Host(_id, _world.Lease is null ? null : _world.LockDays), _clock, _random,
            callsExpected: 28);
        var look = new RunObserver(_world, life);
        _world.Log.Add($"{Name}: {run.Tag} begins");
        _world.Judge.BeginRun(_id);
        try
        {
            var result = await RunAsync(run, input, life);
            _world.Log.Add($"{Name}: {run.Tag} is reported as {result.Snapshot!.Value.Key}");
            if (run.Report(result) is { } wrong)
                throw _world.Fail(wrong);
            _world.Judge.Report(run, look.ForgottenBeforeLastLook);
            Count(result, isStream);
        }
        catch (Exception e) when (IsAllowed(e, life))
        {
            _world.Log.Add($"{Name}: {run.Tag} fails: {e.GetType().Name}: {FirstLine(e)}");
        }
        catch (Exception e) when (e is not ViolationException)
        {
            throw _world.Fail($"{run} failed in a way that is no answer (INV-6): {e}");
        }
        finally
        {
            look.End();
            _tree.LeaveAlone();
        }
        _world.Require(_environment.Buffers.Outstanding == 0, $"{run} kept buffers (INV-8)");
        _world.Require(_source.OpenHandles == 0, $"{run} kept files open (INV-8)");
        return run;
    }

    async Task<BackupResult> RunAsync(HostRun run, BackupInput input, ProcessLife life)
    {
        IObjectStore store = _world.Mutation == Mutation.None
            ? life.Retrying
            : new BlindStore(life.Retrying, _world.Mutation, _world.Threads);
        using var repository = await RepositoryOpener.OpenWithCredentialAsync(
            store, _credential, _environment, CancellationToken.None);
        var options = new BackupOptions
        {
            Source = "files", Roots = [Encoding.Latin1.GetBytes("/")], UserName = "someone", Program = "simulation",
            Workers = 1 + _random.NextInt(2), Tags = [run.Tag], ReadsAll = _random.NextInt(10) == 0,
            CheckpointInterval = TimeSpan.FromSeconds(1 + _random.NextInt(5)),
            PacksInFlightMax = 1 + _random.NextInt(2), CompressionLevel = 1,
        };
        return await BackupOperation.RunAsync(
            repository, new DyingState(_world, _state.Folder, life), input, options, new BackupMonitor(),
            CancellationToken.None);
    }

    BackupInput FilesOf(HostRun run)
    {
        run.Capture(_source);
        if (!_world.IsCalm && _random.NextInt(3) == 0)
            _tree.Disturb(run);
        return new BackupInput { Files = _source };
    }

    BackupInput StreamOf(HostRun run)
    {
        var content = _random.Bytes(_random.NextInt(60_000));
        run.Expect("dump", content);
        run.MustNotCommit = _random.NextInt(4) == 0;
        return new BackupInput
        {
            Streams = [new TestStream("dump", content) { FailsWith = run.MustNotCommit ? "exit status 1" : null }],
        };
    }

    void Count(BackupResult result, bool isStream)
    {
        var coverage = _world.Coverage;
        coverage.Count("backup reported");
        if (isStream)
            coverage.Count("backup of a stream");
        if (result.Statistics.PacksStored > 2)
            coverage.Count("backup of several packs");
        if (result.Statistics.PacksStored == 0)
            coverage.Count("backup with nothing new");
        if (result.IsPartial)
            coverage.Count("backup made partial");
    }

    // What a run may say when it fails; anything else is a mistake of the program's.
    bool IsAllowed(Exception e, ProcessLife life)
    {
        switch (e)
        {
            case SimulatedCrashException:
                life.CountDeath(e);
                return life.Store.HasCrashed;
            case StoreException { Kind: StoreErrorKind.Unavailable } or IOException:
                return !_world.IsCalm;
            case CommitException:
                _world.Coverage.Count("commit given up");
                return !_world.IsCalm;
            case StreamFailedException:
                _world.Coverage.Count("stream failed");
                return true;
            default:
                return false;
        }
    }

    static string FirstLine(Exception e) => e.Message.Split('\n')[0];
}
