using Cairn.Engine.Operations.Prune;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;

namespace Cairn.Engine.Operations.Leases;

/// <summary>One run: look, condemn what lapses and look again, renew, tell the hosts.</summary>
sealed class LeaseRun(
    Repository repository, OriginalsStore originals, SurveySession session, LeaseRecords records, LockKeeper locks,
    LeasePolicy policy, LeaseOptions options)
{
    const int NamedMax = 10;

    public async Task<LeaseResult> RunAsync(CancellationToken cancellationToken)
    {
        var (survey, sight, needs) = await LookAsync(cancellationToken);
        var condemned = default(PackSum);
        if (!options.IsDryRun && session.Surveyor.Gaps.Count == 0 && FindLapsing(needs) is { Count: > 0 } lapsing)
        {
            await AnnounceAsync(announcer => announcer.CondemnAsync(
                lapsing.Select(pack => pack.Name), cancellationToken));
            condemned = PruneSteps.SumOf(lapsing);
            // Whoever announced that he needs one of them before that shows in a look after it; whoever does later sees
            // the condemnation (docs/design/commit-protocol.md).
            (survey, sight, needs) = await LookAsync(cancellationToken);
        }
        var all = needs.All.ToList();
        // What became of no use between two looks: nobody has condemned it, so somebody may begin to rely on it. And
        // what somebody else condemned during the last of them.
        if (!options.IsDryRun)
            all.AddRange(needs.Spare.Concat(needs.Undecided).Select(found => found.Original)
                .Where(found => policy.IsDue(locks.LockOf(found), sight.Now)));
        var due = all.FindAll(found => policy.IsDue(locks.LockOf(found), sight.Now));
        if (!options.IsDryRun)
            await locks.RenewAsync(due, cancellationToken);
        if (!options.IsDryRun && session.Surveyor.Gaps.Count == 0)
            await TellHostsAsync(needs, sight, cancellationToken);
        var snapshots = await new SnapshotProtection(repository, records, locks, sight, session.Moves)
            .FindAsync(needs, survey, sight.Now + policy.Minimum, cancellationToken);
        records.Keep(
            key => originals.TryFind(key) is not null, snapshots.Select(lease => lease.Snapshot.Hash).ToHashSet());
        return ToResult(needs, all, due.Count, condemned, snapshots, sight.Now);
    }

    async Task<(Survey, LeaseSight, LeaseNeeds)> LookAsync(CancellationToken cancellationToken)
    {
        var began = locks.Now;
        var survey = await session.Surveyor.LookAsync(cancellationToken);
        foreach (var gap in session.Moves.Problems)
            session.Surveyor.Gaps.Add(gap);
        await IndexSync.SyncAsync(repository, session.Index, session.Retired, IndexUse.Reading, cancellationToken);
        var sight = new LeaseSight(
            originals, session.Index, session.Retired, session.Surveyor.Gaps.Count > 0, options.UnfinishedAfter,
            began, locks.Now);
        var needs = await LeaseNeeds.OfAsync(survey, sight, cancellationToken);
        await locks.LearnAsync(
            [.. needs.All, .. needs.Unfinished, .. needs.Spare.Select(found => found.Original),
                .. needs.Undecided.Select(found => found.Original), .. needs.Dead.Select(found => found.Original)],
            cancellationToken);
        return (survey, sight, needs);
    }

    // Nothing renews them, so nobody must begin to rely on them. What is condemned is never relied on again.
    List<ListedPack> FindLapsing(LeaseNeeds needs) =>
        [.. needs.Spare.Where(found => policy.IsDue(locks.LockOf(found.Original), locks.Now))
            .Select(found => found.Pack)];

    async Task TellHostsAsync(LeaseNeeds needs, LeaseSight sight, CancellationToken cancellationToken)
    {
        if (session.Retired.LockBound >= sight.Now + policy.AnnouncedMinimum)
            return;
        // What the look did not show came after it began, with the whole lock. A look may take days, if the machine
        // sleeps: counted from its end the promise would be longer than such a lock.
        var bound = sight.Began + policy.Lock.Duration;
        foreach (var found in needs.Unfinished.Concat(needs.Packs.Where(found =>
            !session.Retired.Condemned.Contains(found.Pack.Name)).Concat(needs.Spare).Select(found => found.Original)))
        {
            if (locks.LockOf(found) is not { } held)
                return;
            if (held.Until < bound)
                bound = held.Until;
        }
        if (!(bound <= session.Retired.LockBound))
            await AnnounceAsync(announcer => announcer.RecordLockBoundAsync(bound, cancellationToken));
    }

    Task AnnounceAsync(Func<RetiredAnnouncer, Task> announce) =>
        announce(new RetiredAnnouncer(repository, session.Retired, repository.RequireMaintainer()));

    LeaseResult ToResult(
        LeaseNeeds needs, List<OriginalVersion> all, int due, PackSum condemned,
        IReadOnlyList<SnapshotLease> snapshots, DateTimeOffset now)
    {
        var ends = all.ConvertAll(found => locks.LockOf(found)?.Until);
        var dead = needs.Spare.Concat(needs.Undecided).Concat(needs.Dead)
            .Where(found => locks.LockOf(found.Original)?.Until > now).ToList();
        return new LeaseResult
        {
            Policy = policy, Now = now, Needed = all.Count, Due = due, Renewed = locks.Renewals,
            Unprotected = ends.Count(end => !(end > now)), Earliest = ends.Contains(null) ? null : ends.Min(),
            Condemned = condemned, DeadLocked = PruneSteps.SumOf(dead.Select(found => found.Pack)),
            DeadLockedUntil = dead.Max(found => locks.LockOf(found.Original)?.Until),
            Hidden = all.Count(found => found.IsHidden), Replaced = all.Count(found => found.Others > 0),
            Snapshots = snapshots, LockReads = locks.Reads, Gaps = [.. session.Surveyor.Gaps],
            Failures = locks.Failures,
            Notes = [.. all.Where(found => found.IsHidden).Take(NamedMax).Select(found =>
                $"{found.Version}: needed, and hidden below a delete marker that no prune put there"),
                .. all.Where(found => found.Others > 0).Take(NamedMax).Select(found =>
                    $"{found.Version}: {found.Others} further version(s) were put beside the one that counts")],
        };
    }
}
