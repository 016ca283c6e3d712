using System.Collections.Concurrent;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Recover;

/// <summary>
/// Finds what was hidden or overwritten. What lies untouched is not read (that is check's work), except ledgers and
/// snapshots, which are small and which anybody who stole a host can plant.
/// </summary>
sealed class RecoverPlanner(
    Repository repository, IObjectVersions versions, RetiredLog retired, WorkMonitor monitor)
{
    // A candidate is read whole, and a pack may be large.
    const int AtOnce = 4;

    readonly ConcurrentQueue<RecoverItem> _items = [];
    readonly ConcurrentQueue<RecoverFinding> _findings = [];
    readonly PlantedCheck _planted = new(repository);

    /// <summary>
    /// As they are put right. What says who is let in and what was retired comes first; then snapshots, then ledgers: a
    /// prune in between stops at a snapshot without a ledger, and would take a pack without a ledger for useless.
    /// </summary>
    public static readonly IReadOnlyList<string> Order =
    [
        ObjectNames.Descriptor.Value, ObjectNames.Epochs, ObjectNames.Keys, ObjectNames.Hosts, ObjectNames.Retired,
        ObjectNames.Snapshots, ObjectNames.Ledgers, ObjectNames.Moves, ObjectNames.Index, ObjectNames.Packs,
    ];

    public async Task<RecoverPlan> FindAsync(CancellationToken cancellationToken)
    {
        var objects = 0L;
        foreach (var gap in retired.Problems)
            _findings.Enqueue(new RecoverFinding(
                RecoverFindingKind.Gap, ObjectNames.Retired.TrimEnd('/'),
                $"{gap}: what only that record says was deleted will show again"));
        foreach (var prefix in Order)
        {
            // Markers and versions are listed while others are judged.
            await Parallel.ForEachAsync(
                Count(versions.GroupAsync(prefix, cancellationToken)),
                new ParallelOptions
                {
                    MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken,
                    TaskScheduler = repository.Environment.Threads.Scheduler,
                },
                async (group, cancellation) =>
                {
                    await JudgeAsync(group, cancellation);
                    monitor.Add(files: 1, bytes: 0);
                });
        }
        var replaced = await ReplacedIndexObjects.FindAsync(repository, _items, cancellationToken);
        return new RecoverPlan(
            [.. _items.Where(item => !replaced.Contains(item.Good.Key))
                .OrderBy(item => RankOf(item.Good.Key)).ThenBy(item => item.Good.Key)],
            [.. _findings.OrderBy(finding => finding.Object, StringComparer.Ordinal).ThenBy(finding => finding.Kind)],
            objects);

        async IAsyncEnumerable<IReadOnlyList<ListedVersion>> Count(
            IAsyncEnumerable<IReadOnlyList<ListedVersion>> groups)
        {
            await foreach (var group in groups)
            {
                objects++;
                yield return group;
            }
        }
    }

    public static int RankOf(ObjectKey key) => Order.TakeWhile(prefix =>
        !key.Value.StartsWith(prefix, StringComparison.Ordinal)).Count();

    async ValueTask JudgeAsync(IReadOnlyList<ListedVersion> group, CancellationToken cancellationToken)
    {
        var data = group.OldestFirst();
        var markers = group.TakeWhile(version => version.IsMarker).ToList();
        if (!ObjectKey.TryParse(group[0].Name, out var key)
            || !(key == ObjectNames.Descriptor || ObjectNames.TryParseContentHash(key, out _)))
        {
            if (markers.Count == 0)
                Add(RecoverFindingKind.Foreign, group[0].Name, "not a name of Cairn's: somebody put it there");
        }
        else if (data.Count > 0 && !retired.Removes(key)
            && (data.Count > 1 || markers.Count > 0 || PlantedCheck.IsFor(key)))
            await JudgeAsync(key, data, [.. markers.Select(marker => new ObjectVersionKey(key, marker.Id))],
                cancellationToken);
    }

    async Task JudgeAsync(
        ObjectKey key, IReadOnlyList<ListedVersion> data, IReadOnlyList<ObjectVersionKey> markers,
        CancellationToken cancellationToken)
    {
        try
        {
            var found = await AuthenticVersions.FindAsync(versions, key, data, repository.Id, cancellationToken);
            if (found is not { } good)
            {
                Add(RecoverFindingKind.Lost, key.Value, data.Count == 1
                    ? "it is not what its name says: planted, or damaged"
                    : $"none of its {data.Count} versions is what its name says: planted, or lost");
                return;
            }
            RecoverFinding? planted;
            using (good.Bytes)
                planted = _planted.TryFind(key, good.Version, good.Bytes.Memory);
            if (planted is not null)
                _findings.Enqueue(planted);
            if (planted?.Kind == RecoverFindingKind.Unsigned)
                return;
            await CompareAsync(key, good.Version, data, markers, cancellationToken);
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Cold)
        {
            await JudgeColdAsync(key, data, markers, cancellationToken);
        }
    }

    // What cannot be read: the store's own checksums tell its versions apart, where it keeps them. Of a single version
    // there is nothing to tell: whoever puts something on top cannot have stored before.
    async Task JudgeColdAsync(
        ObjectKey key, IReadOnlyList<ListedVersion> data, IReadOnlyList<ObjectVersionKey> markers,
        CancellationToken cancellationToken)
    {
        List<ListedVersion> good = data.Count == 1 ? [data[0]] : [];
        foreach (var version in data.Where(_ => data.Count > 1))
        {
            var evidence = await versions.GetEvidenceAsync(new ObjectVersionKey(key, version.Id), cancellationToken);
            if (ObjectNames.TryParseContentHash(key, out var name) && evidence.Sha256 == name)
                good.Add(version);
        }
        if (good.Count == 0)
            Add(RecoverFindingKind.Cold, key.Value,
                "in a cold class, so that its versions cannot be told apart before they are thawed");
        else if (good[^1].Id != data[^1].Id)
            Add(RecoverFindingKind.Cold, key.Value,
                "overwritten, and what was there lies in a cold class: thaw that version, then recover again");
        else if (markers.Count > 0)
            _items.Enqueue(ToItem(key, good[0], isOverwritten: false, markers));
        else if (PlantedCheck.IsFor(key))
            Add(RecoverFindingKind.Cold, key.Value, "in a cold class, so that nobody can tell who signed it");
    }

    async Task CompareAsync(
        ObjectKey key, ListedVersion good, IReadOnlyList<ListedVersion> data,
        IReadOnlyList<ObjectVersionKey> markers, CancellationToken cancellationToken)
    {
        var newest = data[^1];
        var isOverwritten = newest.Id != good.Id && !await IsGoodAsync(key, newest, good, cancellationToken);
        if (isOverwritten || markers.Count > 0)
            _items.Enqueue(ToItem(key, good, isOverwritten, markers));
        var junk = 0;
        foreach (var version in data.Where(version => version.Id != good.Id))
            junk += await IsGoodAsync(key, version, good, cancellationToken) ? 0 : 1;
        if (junk > 0)
            Add(RecoverFindingKind.Junk, key.Value, junk == 1
                ? "another version, which is not what the name says, was put beside the one that is"
                : $"{junk} other versions, which are not what the name says, were put beside the one that is");
    }

    // A writer whose answer was lost stores the same once more.
    async Task<bool> IsGoodAsync(
        ObjectKey key, ListedVersion version, ListedVersion good, CancellationToken cancellationToken)
    {
        if (version.Size != good.Size)
            return false;
        var same = await AuthenticVersions.FindAsync(versions, key, [version], repository.Id, cancellationToken);
        same?.Bytes.Dispose();
        return same is not null;
    }

    static RecoverItem ToItem(
        ObjectKey key, ListedVersion good, bool isOverwritten, IReadOnlyList<ObjectVersionKey> markers) =>
        new(new ObjectVersionKey(key, good.Id), good.Size, good.Modified, isOverwritten, markers)
        {
            StorageClass = good.StorageClass,
        };

    void Add(RecoverFindingKind kind, string name, string message) =>
        _findings.Enqueue(new RecoverFinding(kind, name, $"{name}: {message}"));
}
