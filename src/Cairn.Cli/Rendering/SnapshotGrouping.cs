using Cairn.App;
using Cairn.Engine.Snapshots;

namespace Cairn.Cli.Rendering;

/// <summary>By what snapshots are put into groups: none, or some of host, source and tag.</summary>
sealed class SnapshotGrouping
{
    static readonly string[] Known = ["host", "source", "tag"];

    readonly string[] _keys;

    SnapshotGrouping(string[] keys) => _keys = keys;

    public bool IsNone => _keys.Length == 0;

    public static SnapshotGrouping Parse(string? text)
    {
        var keys = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var key in keys.Where(key => !Known.Contains(key)))
            throw new UsageException($"snapshots cannot be grouped by \"{key}\"", "choose of host,source,tag");
        return new SnapshotGrouping([.. keys.Distinct()]);
    }

    /// <summary>Groups in the order of their first snapshot; all tags of a snapshot together are one value.</summary>
    public IEnumerable<(string Title, IReadOnlyList<SnapshotInfo> Snapshots)> Group(
        IReadOnlyList<SnapshotInfo> snapshots) =>
        snapshots.GroupBy(Title).Select(group => (group.Key, (IReadOnlyList<SnapshotInfo>)[.. group]));

    string Title(SnapshotInfo snapshot) => string.Join(", ", _keys.Select(key => $"{key} {ValueOf(snapshot, key)}"));

    static string ValueOf(SnapshotInfo snapshot, string key) => key switch
    {
        "host" => SnapshotText.Show(snapshot.HostName),
        "source" => SnapshotText.Source(snapshot),
        _ => snapshot.Tags.Count == 0 ? "none" : SnapshotText.Tags(snapshot),
    };
}
