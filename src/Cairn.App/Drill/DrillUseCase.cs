using Cairn.App.Reading;
using Cairn.App.Snapshots;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Drill;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;

namespace Cairn.App.Drill;

/// <summary>
/// Proof of restore: restores a part of each source to a temporary place, another one each time, and compares it with
/// the snapshot, so that within a set time everything was restored once.
/// </summary>
public sealed class DrillUseCase
{
    // What a file takes beyond its bytes.
    const long BytesPerFile = 4096;

    readonly AppEnvironment _environment;
    readonly DrillRequest _request;
    readonly OpenSnapshots _open;
    readonly DrillLog _log;
    readonly DrillFindings _findings = new();

    DrillUseCase(AppEnvironment environment, DrillRequest request, OpenSnapshots open)
    {
        (_environment, _request, _open) = (environment, request, open);
        _log = new DrillLog(
            open.Records, open.Session.Repository.Id, environment.Engine.Random, environment.Time);
    }

    /// <exception cref="RefusedException">There is not enough room.</exception>
    public static async Task<DrillReport> RunAsync(
        AppEnvironment environment, DrillRequest request, CancellationToken cancellationToken)
    {
        if (request.Snapshot is { Path.IsEmpty: false })
            throw new UsageException("a drill takes its sample from whole snapshots", "name no path behind it");
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        return await new DrillUseCase(environment, request, open).RunAsync(cancellationToken);
    }

    async Task<DrillReport> RunAsync(CancellationToken cancellationToken)
    {
        var (start, started) = (_environment.Time.GetTimestamp(), _environment.Time.GetUtcNow());
        var plans = await PlanAsync(await ChooseAsync(cancellationToken), cancellationToken);
        var total = plans.Sum(plan => plan.Plan.Bytes);
        var samples = plans.ConvertAll(item => item.Plan.Take(ShareOf(item.Plan.Bytes, total)));
        using var place = DrillPlace.Create(_environment, _request);
        var needs = samples.Select(sample => sample.Bytes + sample.Files * BytesPerFile);
        place.RequireRoom(_request.Keeps ? needs.Sum() : needs.Max());
        var parts = new List<DrillPart>();
        foreach (var ((snapshot, plan), sample) in plans.Zip(samples))
            parts.Add(await DrillAsync(place, snapshot, plan, sample, cancellationToken));
        return new DrillReport
        {
            Started = started, Elapsed = _environment.Time.GetElapsedTime(start),
            Repository = _open.Session.Repository.Id, Parts = parts, Findings = _findings.Kept,
            Counts = _findings.Counts,
            Kept = _request.Keeps ? System.Text.Encoding.UTF8.GetString(place.Path) : null,
        };
    }

    async Task<IReadOnlyList<SnapshotInfo>> ChooseAsync(CancellationToken cancellationToken)
    {
        if (_request.Snapshot is { } reference)
            return [await _open.FindAsync(reference, _request.Host, _environment.Events, cancellationToken)];
        var listing = await SnapshotCatalog.ListAsync(_open.Session.Repository, cancellationToken);
        foreach (var problem in listing.Problems)
        {
            if (problem.IsForeign)
                _environment.Events.Notice(problem.Message);
            else
                _findings.Add(DrillFindingKind.Damage, snapshot: "", path: default, problem.Message);
        }
        var filter = new SnapshotFilter { Host = _request.Host, Latest = 1 };
        return filter.Select(listing.Snapshots) is { Count: > 0 } chosen
            ? chosen
            : throw new SnapshotNotFoundException(
                "there is no snapshot that could be drilled", "see: cairn snapshots");
    }

    async Task<List<(SnapshotInfo Snapshot, DrillPlan Plan)>> PlanAsync(
        IReadOnlyList<SnapshotInfo> snapshots, CancellationToken cancellationToken)
    {
        var options = new DrillPlanOptions
        {
            FileBytesMax = _request.BytesMax, TakesDevices = Environment.IsPrivilegedProcess,
        };
        var plans = new List<(SnapshotInfo, DrillPlan)>();
        foreach (var snapshot in snapshots)
        {
            var monitor = new WorkMonitor("choosing files");
            _environment.Events.Watch(monitor);
            var source = SourceOf(snapshot);
            plans.Add((snapshot, await DrillPlan.MakeAsync(
                _open.Session, snapshot, _log.CircleOf(source), _log.Wanted(source, _request.Within, _request.Share),
                options, monitor, cancellationToken)));
        }
        return plans;
    }

    // A limit is for all sources together, and cuts each by the same share.
    long? ShareOf(long bytes, long total) => _request.BytesMax is not { } max || total <= max
        ? null
        : (long)((decimal)max * bytes / total);

    async Task<DrillPart> DrillAsync(
        DrillPlace place, SnapshotInfo snapshot, DrillPlan plan, DrillSample sample,
        CancellationToken cancellationToken)
    {
        var before = _findings.Total;
        var run = new DrillRun(_environment, _open, place, _findings, snapshot, sample);
        var (fetched, shortfalls) = await run.RestoreAsync(cancellationToken);
        place.Remove(snapshot.ShortId);
        SourceTally? tally = null;
        if (_request.AgainstSource && snapshot.Roots.Count > 0)
        {
            if (snapshot.HostName == _open.Host)
                tally = await run.CompareSourceAsync(cancellationToken);
            else
                _environment.Events.Notice(
                    $"snapshot {snapshot.ShortId} is not compared with its source, which is on {snapshot.HostName}");
        }
        var source = SourceOf(snapshot);
        _log.Add(source, plan.Wanted, sample.Arc, isGood: _findings.Total == before && sample.FilesTooLarge == 0);
        Remember();
        return new DrillPart
        {
            Snapshot = snapshot, Sample = sample, BytesFetched = fetched, Shortfalls = shortfalls, Source = tally,
            Coverage = _log.CoverageOf(source)!,
        };
    }

    // A disk that is full costs the memory of what was drilled, and not its outcome.
    void Remember()
    {
        try
        {
            _log.Write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _environment.Events.Notice($"what was drilled could not be remembered: {e.Message}");
        }
    }

    static Bytes32 SourceOf(SnapshotInfo snapshot) => DrillCircle.NameOf(snapshot.HostName, snapshot.Source);
}
