using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Operations.Leases;
using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.Engine.Operations.Audit;

/// <summary>
/// One audit. What is needed is found first and what is there is listed then: so whatever a snapshot that counts needs
/// is listed too, though backups run meanwhile.
/// </summary>
sealed class AuditRun(
    Repository repository, OriginalsStore? originals, SurveySession session, WorkMonitor monitor)
{
    readonly FindingLog _findings = new();
    readonly HashSet<ObjectKey> _listed = [];
    ContainedObjects _contained = new();

    public async Task<AuditResult> RunAsync(CancellationToken cancellationToken)
    {
        var survey = await session.Surveyor.LookAsync(cancellationToken);
        await IndexSync.SyncAsync(repository, session.Index, session.Retired, IndexUse.Reading, cancellationToken);
        foreach (var problem in session.Problems)
            _findings.Add(problem);
        AddNamed(session.Surveyor.Gaps.Concat(session.Moves.Problems), CheckSeverity.Damage);
        AddNamed(session.Surveyor.Notes, CheckSeverity.Note);
        var locks = await TryFindLocksAsync(survey, cancellationToken);
        _contained = ContainedObjects.Of(session.Index);
        var objects = new ObjectAudit(repository.Store.Versions, session.Index, IsContained, _findings);
        await JudgeAllAsync(objects, locks, cancellationToken);
        objects.TellOfMissingChecksums();
        await session.Retired.LookAsync(repository, cancellationToken);
        AddMissing();
        DropRemoved();
        return new AuditResult
        {
            Findings = _findings.ToFindings(), Proved = objects.Proved, Bad = objects.Bad,
            Asked = objects.Asked + (locks?.Asked ?? 0), NotAllowed = objects.NotAllowed,
            KeepsChecksums = objects.KeepsChecksums, SeesVersions = originals is not null, Locks = locks?.Result,
        };
    }

    // Messages of the engine begin with the name of their object.
    void AddNamed(IEnumerable<string> messages, CheckSeverity severity)
    {
        foreach (var message in messages)
        {
            var end = message.IndexOf(": ", StringComparison.Ordinal);
            _findings.Add(severity, end < 0 ? "" : message[..end], kind: null, message);
        }
    }

    async Task<LockAudit?> TryFindLocksAsync(Survey survey, CancellationToken cancellationToken)
    {
        if (repository.Descriptor.Lease is not { } policy)
            return null;
        if (originals?.Versions is not { } versions)
        {
            _findings.Note(
                ObjectNames.Descriptor.Value,
                "objects of this repository are to be locked, and this store shows no locks");
            return null;
        }
        var now = versions.Now ?? throw new StoreException(
            StoreErrorKind.Failed, $"{repository.Store.Location} does not tell its time, by which locks end");
        var sight = new LeaseSight(
            originals, session.Index, session.Retired, session.Surveyor.Gaps.Count > 0,
            new LeaseOptions().UnfinishedAfter, now, now);
        var needs = await LeaseNeeds.OfAsync(survey, sight, cancellationToken);
        return new LockAudit(
            versions, policy, needs.All.Select(found => found.Version.Key).ToHashSet(), session.Retired, now,
            _findings);
    }

    async Task JudgeAllAsync(ObjectAudit objects, LockAudit? locks, CancellationToken cancellationToken)
    {
        var listed = AuditedObject.ListAsync(
            repository.Store, originals?.Versions,
            name => _findings.Note(name, "not a name of Cairn's: left alone"), cancellationToken);
        await Parallel.ForEachAsync(
            listed.Where(found => !session.Retired.Removes(found.Key) && !(found.IsHidden && IsContained(found.Key))),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Math.Max(repository.Store.Capabilities.Concurrency, 1),
                CancellationToken = cancellationToken, TaskScheduler = repository.Environment.Threads.Scheduler,
            },
            async (found, cancellation) =>
            {
                lock (_listed)
                    _listed.Add(found.Key);
                if (await objects.JudgeAsync(found, cancellation) is { } good && locks is not null)
                    await locks.JudgeAsync(found.Key, good.Version, good.Evidence, cancellation);
                monitor.Add(files: 1, bytes: 0);
            });
    }

    void AddMissing()
    {
        foreach (var number in session.Index.EnumeratePacks())
        {
            var name = session.Index.GetPack(number).Name;
            // Nobody relies on what was condemned: if a snapshot needs it all the same, the look has said so.
            if (!_listed.Contains(ObjectNames.Pack(name)) && !session.Retired.Deleted.Contains(name)
                && !session.Retired.Condemned.Contains(name))
                _findings.Damage(
                    ObjectNames.Pack(name).Value, kind: null,
                    "it is missing: see what that costs with: cairn check, and heal it with: cairn repair");
        }
    }

    // What a prune removed by decision while this looked.
    void DropRemoved()
    {
        foreach (var key in _listed.Where(session.Retired.Removes))
            _findings.Drop(key.Value);
    }

    // By another index object: then a prune may delete it, and has if it is hidden.
    bool IsContained(ObjectKey key) => _contained.FindOuter(key, session.Index.Absorbed) is not null;
}
