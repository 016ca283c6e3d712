using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage;

public static class VersionGroups
{
    /// <summary>
    /// Whether the store has kept a version of anything. A bucket that keeps none lists versions all the same: each
    /// object as the one that there is, without an id of its own.
    /// </summary>
    public static async Task<bool> KeepsVersionsAsync(this IObjectStore store, CancellationToken cancellationToken)
    {
        if (store.Versions is not { } versions)
            return false;
        VersionPosition? after = null;
        do
        {
            var page = await versions.ListPageAsync("", after, cancellationToken);
            if (page.Versions.Any(version => version.HasOwnId))
                return true;
            after = page.Next;
        }
        while (after is not null);
        return false;
    }

    /// <summary>All versions and markers of one name after the other's, the newest first.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<ListedVersion>> GroupAsync(
        this IObjectVersions versions, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var group = new List<ListedVersion>();
        VersionPosition? after = null;
        do
        {
            var page = await versions.ListPageAsync(prefix, after, cancellationToken);
            foreach (var version in page.Versions)
            {
                if (group.Count > 0 && group[0].Name != version.Name)
                {
                    yield return group;
                    group = [];
                }
                group.Add(version);
            }
            after = page.Next;
        }
        while (after is not null);
        if (group.Count > 0)
            yield return group;
    }

    /// <summary>All versions and markers of one name, the newest first; none if there never was one.</summary>
    public static async Task<IReadOnlyList<ListedVersion>> GroupOfAsync(
        this IObjectVersions versions, ObjectKey key, CancellationToken cancellationToken)
    {
        // Other names may begin with this one.
        await foreach (var group in versions.GroupAsync(key.Value, cancellationToken))
        {
            if (group[0].Name == key.Value)
                return group;
        }
        return [];
    }

    /// <summary>What a name had, the oldest first.</summary>
    public static IReadOnlyList<ListedVersion> OldestFirst(this IReadOnlyList<ListedVersion> group) =>
        // Servers tell whole seconds: of those in one the last of the list is the oldest.
        [.. group.Where(version => !version.IsMarker).Reverse().OrderBy(version => version.Modified)];
}
