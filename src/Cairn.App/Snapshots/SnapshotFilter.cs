using Cairn.Engine.Snapshots;

namespace Cairn.App.Snapshots;

/// <summary>Which snapshots are meant, where several may be. Everything that is set must hold.</summary>
public sealed record SnapshotFilter
{
    public static readonly SnapshotFilter Everything = new();

    /// <summary>Null: of all hosts.</summary>
    public string? Host { get; init; }

    /// <summary>
    /// Name of a source, with or without the host in front, or one of the paths it was made of. Null: of all sources.
    /// </summary>
    public string? Source { get; init; }

    /// <summary>Only those that have all of these.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Only so many of the newest of each host and source; null for all.</summary>
    public int? Latest { get; init; }

    /// <summary>Not older; as the hosts claim.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Not younger.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <param name="snapshots">Ascending by time, as the result is.</param>
    public IReadOnlyList<SnapshotInfo> Select(IReadOnlyList<SnapshotInfo> snapshots)
    {
        var chosen = snapshots.Where(Holds).ToList();
        if (Latest is not { } count)
            return chosen;
        var kept = chosen.GroupBy(snapshot => (snapshot.HostName, snapshot.Source))
            .SelectMany(group => group.TakeLast(count)).ToHashSet();
        return chosen.FindAll(kept.Contains);
    }

    /// <summary>All but <see cref="Latest"/>, which depends on other snapshots.</summary>
    internal bool Holds(SnapshotInfo snapshot) =>
        (Host is null || snapshot.HostName == Host)
        && (Source is null || IsOfSource(snapshot, Source))
        && Tags.All(snapshot.Tags.Contains)
        && (Since is not { } since || snapshot.Time >= since)
        && (Until is not { } until || snapshot.Time <= until);

    static bool IsOfSource(SnapshotInfo snapshot, string source) =>
        snapshot.Source == source || snapshot.Source == $"{snapshot.HostName}:{source}"
        || snapshot.Roots.Any(root => Text.ByteText.FromBytes(root.Span) == source);
}
