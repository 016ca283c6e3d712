using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Forget;

/// <summary>
/// The time of a snapshot that counts. A host only claims a time; it counts if the store's own time of the object
/// agrees, or the time at which a maintainer first saw it: then the snapshot came between that look and the one before.
/// So planted dates cannot push good snapshots out of rules that go by time.
/// </summary>
sealed class SnapshotTimes
{
    // Clocks differ; a day more or less does little to rules that count days.
    static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);

    readonly IReadOnlyDictionary<ObjectHash, DateTimeOffset?> _stored;
    readonly IReadOnlyDictionary<ObjectHash, DateTimeOffset> _seen;
    readonly DateTimeOffset[] _looks;

    /// <param name="stored">The store's times of snapshot objects.</param>
    /// <param name="seen">When objects were first seen by a maintainer.</param>
    public SnapshotTimes(
        IReadOnlyDictionary<ObjectHash, DateTimeOffset?> stored, IReadOnlyDictionary<ObjectHash, DateTimeOffset> seen)
    {
        _stored = stored;
        _seen = seen;
        _looks = [.. seen.Values.Distinct().Order()];
    }

    /// <summary>
    /// Null if what is known contradicts what the host claims. A run that took longer than the tolerance counts from
    /// its end, for nobody but the host knows when it began.
    /// </summary>
    public DateTimeOffset? TimeOf(SnapshotInfo snapshot)
    {
        if (IsConfirmed(snapshot.Name.Hash, snapshot.Time))
            return snapshot.Time;
        return IsConfirmed(snapshot.Name.Hash, snapshot.Finished) ? snapshot.Finished : null;
    }

    bool IsConfirmed(ObjectHash hash, DateTimeOffset claimed)
    {
        if (_stored.GetValueOrDefault(hash) is { } stored && (stored - claimed).Duration() <= Tolerance)
            return true;
        if (!_seen.TryGetValue(hash, out var seen) || claimed > seen + Tolerance)
            return false;
        var look = Array.BinarySearch(_looks, seen);
        return look == 0 || claimed >= _looks[look - 1] - Tolerance;
    }
}
