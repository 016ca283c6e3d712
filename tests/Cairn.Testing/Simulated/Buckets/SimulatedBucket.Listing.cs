using Cairn.Engine.Primitives;

namespace Cairn.Testing.Simulated.Buckets;

/// <param name="Next">What the request for the next page says; null after the last.</param>
public sealed record ListPage<T>(IReadOnlyList<T> Entries, ListPosition? Next);

/// <summary>Behind which key, and behind which of its versions, a page begins.</summary>
public sealed record ListPosition(string Key, string? VersionId = null);

public sealed record ListedVersion(ObjectVersion Version, bool IsLatest);

public sealed partial class SimulatedBucket
{
    /// <summary>Current versions, by name. Names below a marker are not shown.</summary>
    public ListPage<ObjectVersion> ListObjects(Caller caller, string prefix = "", ListPosition? after = null) =>
        Request(caller, "ListObjects", prefix, () =>
        {
            Demand(caller.May(S3Actions.ListBucket, prefix));
            var found =
                from key in KeysFrom(prefix, after)
                where key != after?.Key
                let current = Listed(key).FirstOrDefault()
                where current is { IsDeleteMarker: false }
                select current;
            return Page(found, last => new ListPosition(last.Key));
        });

    /// <summary>All versions and markers, by name, the newest of a name first.</summary>
    public ListPage<ListedVersion> ListVersions(Caller caller, string prefix = "", ListPosition? after = null) =>
        Request(caller, "ListObjectVersions", prefix, () =>
        {
            Demand(caller.May(S3Actions.ListBucketVersions, prefix));
            var found =
                from key in KeysFrom(prefix, after)
                from listed in Listed(key).Select((version, i) => new ListedVersion(version, IsLatest: i == 0))
                where after is null || key != after.Key || IsOlder(listed.Version, after)
                select listed;
            return Page(found, last => new ListPosition(last.Version.Key, last.Version.VersionId));
        });

    IEnumerable<string> KeysFrom(string prefix, ListPosition? after)
    {
        var first = after is not null && string.CompareOrdinal(after.Key, prefix) > 0 ? after.Key : prefix;
        // No name that begins with the prefix sorts behind the prefix with the greatest letter.
        var last = prefix + '\uffff';
        return string.CompareOrdinal(first, last) > 0
            ? []
            : _names.GetViewBetween(first, last).Where(key => key.StartsWith(prefix, StringComparison.Ordinal));
    }

    IEnumerable<ObjectVersion> Listed(string key)
    {
        var versions = Enumerable.Reverse(_versions[key]);
        return _options.StaleListing is { } stale
            ? versions.Where(version => !stale.Hides(version, _operations))
            : versions;
    }

    bool IsOlder(ObjectVersion version, ListPosition than)
    {
        var versions = _versions[version.Key];
        var position = versions.FindIndex(other => other.VersionId == than.VersionId);
        // The version where the last page ended was removed since: a position that is gone shows the key again.
        return position < 0 ? than.VersionId is not null : versions.IndexOf(version) < position;
    }

    ListPage<T> Page<T>(IEnumerable<T> found, Func<T, ListPosition> position)
    {
        var entries = found.Take(_options.PageMax + 1).ToList();
        if (entries.Count <= _options.PageMax)
            return new ListPage<T>(entries, Next: null);
        entries.RemoveAt(_options.PageMax);
        Invariant.That(entries.Count == _options.PageMax);
        return new ListPage<T>(entries, position(entries[^1]));
    }
}
