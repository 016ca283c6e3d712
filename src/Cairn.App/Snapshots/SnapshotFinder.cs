using Cairn.Engine.Snapshots;

namespace Cairn.App.Snapshots;

/// <summary>Finds the snapshot that a reference means among those that are there.</summary>
static class SnapshotFinder
{
    const int AlternativesShown = 5;

    /// <param name="snapshots">Ascending by time.</param>
    /// <param name="host">Whose snapshots <c>latest</c> and <c>@TIME</c> mean.</param>
    /// <param name="hasPath">Whether the reference's path is in a snapshot.</param>
    public static async Task<SnapshotInfo> FindAsync(
        IReadOnlyList<SnapshotInfo> snapshots, SnapshotReference reference, string host,
        Func<SnapshotInfo, Task<bool>> hasPath)
    {
        if (snapshots.Count == 0)
            throw new SnapshotNotFoundException("the repository has no snapshots yet",
                "make one with: cairn backup PATH");
        if (reference.Selector is SnapshotSelector.ById(var text))
            return FindById(snapshots, text);

        var candidates = snapshots.Where(snapshot => snapshot.HostName == host).ToList();
        if (candidates.Count == 0)
            throw NoneOfHost(snapshots, host);
        if (reference.Selector is SnapshotSelector.AsOf asOf)
        {
            candidates.RemoveAll(snapshot => snapshot.Time > asOf.Time);
            if (candidates.Count == 0)
                throw new SnapshotNotFoundException($"no snapshot of the host {host} is as old as {asOf.Text}");
        }
        // Nothing but the path can be missing, and the error about that is the reader's.
        if (reference.Path.IsEmpty || candidates.Count == 1)
            return candidates[^1];
        foreach (var candidate in Enumerable.Reverse(candidates))
        {
            if (await hasPath(candidate))
                return candidate;
        }
        return candidates[^1];
    }

    /// <summary>What a person may not expect of a snapshot that was not named by its id; null if nothing.</summary>
    public static string? DescribeChoice(
        IReadOnlyList<SnapshotInfo> snapshots, SnapshotReference reference, SnapshotInfo found)
    {
        if (reference.Selector is SnapshotSelector.ById)
            return null;
        var limit = reference.Selector is SnapshotSelector.AsOf(var time, _) ? time : DateTimeOffset.MaxValue;
        var considered = snapshots.Where(other => other.HostName == found.HostName && other.Time <= limit).ToList();
        if (!reference.Path.IsEmpty)
            return considered.Any(other => other.Source == found.Source && other.Time > found.Time)
                ? $"from snapshot {found.ShortId}: newer ones of {found.Source} do not have it"
                : null;
        var sources = considered.Select(snapshot => snapshot.Source).Distinct().Count();
        return sources > 1
            ? $"snapshot {found.ShortId} of {found.Source} is the newest of {sources} sources of {found.HostName}: "
                + "for another name a path of it, or a snapshot's id"
            : null;
    }

    public static SnapshotInfo FindById(IReadOnlyList<SnapshotInfo> snapshots, string text)
    {
        var found = snapshots.Where(snapshot => snapshot.Id.StartsWith(text, StringComparison.Ordinal)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new SnapshotNotFoundException($"there is no snapshot {text}", "see: cairn snapshots"),
            _ => throw new SnapshotNotFoundException(
                $"{text} begins the ids of {found.Count} snapshots",
                "give more digits: "
                + string.Join(", ", found.Take(AlternativesShown).Select(snapshot => snapshot.Id[..16]))),
        };
    }

    static SnapshotNotFoundException NoneOfHost(IReadOnlyList<SnapshotInfo> snapshots, string host)
    {
        var hosts = snapshots.Select(snapshot => snapshot.HostName).Distinct().Order(StringComparer.Ordinal);
        return new SnapshotNotFoundException(
            $"the host {host} has no snapshots here",
            "choose another with --host: " + string.Join(", ", hosts.Take(AlternativesShown)));
    }
}
