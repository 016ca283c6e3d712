using Cairn.Engine.Primitives;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// That every pack is read and verified at least once within a time. Each run reads, in the order in which they have
/// to be read again, as many bytes as keep pace with the time since the last one, so that the work is spread evenly
/// however it began; and at least all that is due before the next run is to be expected.
/// </summary>
public sealed record ReadSchedule
{
    /// <summary>Between two readings of a pack at most.</summary>
    public required TimeSpan Within { get; init; }

    /// <summary>Read no more in one run, whatever is due; but at least one pack. Null: no limit.</summary>
    public long? BytesMax { get; init; }

    /// <summary>What is taken for the time between runs where none is known yet.</summary>
    static readonly TimeSpan FirstInterval = TimeSpan.FromDays(1);

    /// <summary>A run that is late by half the usual time finds nothing overdue.</summary>
    const double Punctuality = 1.5;

    /// <param name="packs">What is there, with sizes and what is remembered.</param>
    /// <param name="runs">When the last runs were.</param>
    internal List<ObjectHash> Choose(
        IEnumerable<(ObjectHash Name, long Size, PackTimes Times)> packs, IReadOnlyList<long> runs, long now)
    {
        var queue = packs.ToArray();
        Array.Sort(queue, (left, right) => left.Times.Due(Within).CompareTo(right.Times.Due(Within)) is not 0
            and var order ? order : left.Name.CompareTo(right.Name));
        var elapsed = runs.Count > 0 ? now - runs[^1] : FirstInterval.TotalSeconds;
        var pace = queue.Sum(pack => pack.Size) * Math.Min(elapsed / Within.TotalSeconds, 1);
        var horizon = now + (long)(IntervalOf(runs, now) * Punctuality);
        var chosen = new List<ObjectHash>();
        var bytes = 0L;
        foreach (var (name, size, times) in queue)
        {
            if (bytes >= pace && times.Due(Within) > horizon)
                break;
            if (chosen.Count > 0 && bytes + size > BytesMax)
                break;
            bytes += size;
            chosen.Add(name);
        }
        return chosen;
    }

    // The median: neither a week that was missed nor a run by hand says how often it runs.
    static double IntervalOf(IReadOnlyList<long> runs, long now)
    {
        var intervals = runs.Zip(runs.Skip(1).Append(now), (left, right) => (double)(right - left)).Order().ToList();
        return intervals.Count == 0 ? FirstInterval.TotalSeconds : intervals[intervals.Count / 2];
    }
}
