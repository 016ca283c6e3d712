using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Simulation.Hosts;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Scheduling;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;

namespace Cairn.Simulation.Copies;

/// <summary>
/// A machine that copies snapshots of one repository into another (<c>copy</c>), each time as a new process that may
/// fail in any way, while both are backed up to, forgotten from and pruned. What it reports and commits is judged like
/// what a host does; the snapshots are of the runs that made the originals.
/// </summary>
sealed class CopyLife
{
    readonly World _source;
    readonly World _target;
    readonly HostCredential _credential;
    readonly SeededRandom _random;
    readonly MachineClock _clock;
    readonly EngineEnvironment _environment;
    readonly HostState _state;
    readonly Caller _caller;

    public CopyLife(World source, World target, HostCredential credential)
    {
        (_source, _target, _credential) = (source, target, credential);
        _random = target.NewRandom();
        _clock = new MachineClock(target.Clock) { Offset = TimeSpan.FromMinutes(_random.NextInt(600) - 300) };
        _environment = target.NewEnvironment(_clock, target.NewRandom());
        _state = new HostState(target, target.NewRandom());
        using var signer = new Engine.Crypto.Signer(credential.HostSeed);
        var id = signer.Id.ToString();
        // Some may look whether packs and snapshots are there.
        _caller = _random.NextInt(2) == 0
            ? CairnRoles.Host(id)
            : CairnRoles.Host(id).With(
                new Grant(S3Actions.ListBucket, "packs/"), new Grant(S3Actions.ListBucket, "snapshots/"));
    }

    public async Task LiveAsync(Func<bool> isOver)
    {
        while (!isOver())
        {
            await _target.WaitAsync(_random, TimeSpan.FromDays(_random.NextInt(2) == 0 ? 12 : 0.01));
            _state.LetThingsHappen();
            await RunOnceAsync();
        }
    }

    /// <summary>
    /// Once nothing goes wrong any more: all that counts in the source is there, and is not copied twice.
    /// </summary>
    public async Task RunInTheEndAsync()
    {
        for (var time = 0; time < 2; time++)
        {
            if (await RunOnceAsync() is not { } result)
                throw _target.Fail("a copy failed though nothing went wrong any more");
            var copied = result.Snapshots.Select(snapshot => snapshot.Source.Name.Hash).ToHashSet();
            _target.Require(
                copied.SetEquals(_source.Judge.Committed.Keys), "other snapshots were copied than count in the source");
            _target.Require(
                time == 0 || result.Count(CopyOutcome.Copied) == 0 && result.PacksStored == 0,
                "what was copied before was copied again");
        }
    }

    async Task<CopyResult?> RunOnceAsync()
    {
        var from = new ProcessLife(
            _source, CairnRoles.Restorer("copier"), _clock, _random, callsExpected: 40, mayCrash: false);
        var to = new ProcessLife(_target, _caller, _clock, _random, callsExpected: 40);
        _ = new RunObserver(_target, to);
        _target.Log.Add("copier: begins");
        IReadOnlyList<SnapshotInfo> listed = [];
        try
        {
            var result = await CopyAsync(from, to, snapshots => listed = snapshots);
            Judge(result);
            return result;
        }
        catch (SimulatedCrashException e) when (to.Store.HasCrashed)
        {
            to.CountDeath(e);
            _target.Log.Add("copier: dies");
        }
        catch (Exception e) when (IsAllowed(e, listed))
        {
            _target.Log.Add($"copier: fails: {e.GetType().Name}: {e.Message.Split('\n')[0]}");
        }
        catch (Exception e) when (e is not ViolationException)
        {
            throw _target.Fail($"the copier failed in a way that is no answer (INV-6): {e}");
        }
        finally
        {
            _target.Require(_environment.Buffers.Outstanding == 0, "the copier kept buffers (INV-8)");
        }
        return null;
    }

    async Task<CopyResult> CopyAsync(
        ProcessLife from, ProcessLife to, Action<IReadOnlyList<SnapshotInfo>> listed)
    {
        using var source = await _source.OpenForReadingAsync(from.Retrying, _environment);
        using var session = await ReadSession.OpenAsync(source, new MemoryStateFolder(), CancellationToken.None);
        var listing = await SnapshotCatalog.ListAsync(source, CancellationToken.None);
        _source.Require(listing.Problems.Count == 0, "a snapshot cannot be read, though nothing is damaged");
        listed(listing.Snapshots);
        IObjectStore store = _target.Mutation == Mutation.CopyWithoutLook
            ? new BlindStore(to.Retrying, Mutation.NoLook, _target.Threads)
            : to.Retrying;
        using var target = await RepositoryOpener.OpenWithCredentialAsync(
            store, _credential, _environment, CancellationToken.None);
        var options = new CopyOptions
        {
            Program = "simulation", Workers = 1 + _random.NextInt(2), CompressionLevel = 1,
            CheckpointInterval = TimeSpan.FromSeconds(1 + _random.NextInt(5)),
            PacksInFlightMax = 1 + _random.NextInt(2), Limits = new CopyLimits(Steps: 16, Blobs: 8, Pairs: 20),
        };
        return await CopyOperation.RunAsync(
            session, listing.Snapshots, target, new DyingState(_target, _state.Folder, to), options,
            new CopyMonitor(), CancellationToken.None);
    }

    void Judge(CopyResult result)
    {
        _target.Log.Add(
            $"copier: {result.Count(CopyOutcome.Copied)} copied, {result.Count(CopyOutcome.AlreadyThere)} there, "
            + $"{result.Count(CopyOutcome.Forgotten)} forgotten, {result.Count(CopyOutcome.Damaged)} not read");
        foreach (var snapshot in result.Snapshots)
        {
            _target.Coverage.Count($"copy: {snapshot.Outcome}");
            if (snapshot.Outcome == CopyOutcome.Damaged)
                _target.Require(
                    !_source.Judge.Committed.ContainsKey(snapshot.Source.Name.Hash),
                    $"a snapshot that counts is not copied: {snapshot.Problems.FirstOrDefault()} (INV-1)");
            else if (snapshot.Outcome != CopyOutcome.Forgotten)
                _target.Judge.ReportCopy(snapshot);
        }
    }

    // Beside a forget and a prune of the source, something that was listed may be gone.
    bool IsAllowed(Exception e, IReadOnlyList<SnapshotInfo> listed) => e switch
    {
        CommitException => !_target.IsCalm,
        StoreException { Kind: StoreErrorKind.Unavailable } or IOException or WrongKeyException => !_target.IsCalm,
        StoreException { Kind: StoreErrorKind.NotFound } or DamagedObjectException =>
            listed.Any(snapshot => !_source.Judge.Committed.ContainsKey(snapshot.Name.Hash)),
        _ => false,
    };
}
