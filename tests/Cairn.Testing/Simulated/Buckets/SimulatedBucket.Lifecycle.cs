namespace Cairn.Testing.Simulated.Buckets;

public sealed partial class SimulatedBucket
{
    /// <summary>
    /// Carries out what the lifecycle rules have due by now. S3 does it about once a day; here the test says when.
    /// No policy stops it, and no lock is broken by it.
    /// </summary>
    public IReadOnlyList<Swept> Sweep()
    {
        lock (_lock)
        {
            _operations++;
            var swept = new List<Swept>();
            foreach (var key in _names.ToList())
            {
                ExpireCurrent(key, swept);
                RemoveNoncurrent(key, swept);
                RemoveExpiredMarker(key, swept);
            }
            foreach (var (action, version) in swept)
                Log.Note($"{_operations} lifecycle {action} {version}");
            return swept;
        }
    }

    void ExpireCurrent(string key, List<Swept> swept)
    {
        if (!Exists(key) || !IsDue(Current(key)!.LastModified, _options.Lifecycle.ExpirationDays))
            return;
        if (_options.HasVersions)
            swept.Add(new Swept(SweepAction.MarkerAdded, AppendMarker(key, "lifecycle")));
        else
            RemoveSwept(SweepAction.VersionRemoved, Current(key)!, swept);
    }

    void RemoveNoncurrent(string key, List<Swept> swept)
    {
        // A version becomes noncurrent when the next one comes, whether that one is still there or not. What counts
        // here is the oldest one left: a version lives rather longer than shorter.
        if (!_versions.TryGetValue(key, out var versions))
            return;
        var due = versions.Zip(versions.Skip(1))
            .Where(pair => IsDue(pair.Second.LastModified, _options.Lifecycle.NoncurrentDays))
            .Select(pair => pair.First)
            .Where(version => version.Retention?.IsActive(Now) != true)
            .ToList();
        foreach (var version in due)
            RemoveSwept(
                version.IsDeleteMarker ? SweepAction.MarkerRemoved : SweepAction.VersionRemoved, version, swept);
    }

    void RemoveExpiredMarker(string key, List<Swept> swept)
    {
        if (_options.Lifecycle.RemovesExpiredDeleteMarkers
            && _versions.TryGetValue(key, out var versions) && versions is [{ IsDeleteMarker: true } marker])
            RemoveSwept(SweepAction.MarkerRemoved, marker, swept);
    }

    void RemoveSwept(SweepAction action, ObjectVersion version, List<Swept> swept)
    {
        Remove(version);
        swept.Add(new Swept(action, version));
    }

    bool IsDue(DateTimeOffset since, int? days) =>
        days is { } counted && Now >= ServerTime.NextMidnight(since.AddDays(counted));
}
