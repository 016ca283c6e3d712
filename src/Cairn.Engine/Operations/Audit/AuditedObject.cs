using System.Runtime.CompilerServices;
using Cairn.Engine.Formats;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Audit;

/// <summary>A name in the store and what lies under it.</summary>
/// <param name="Versions">With data, the oldest first; one where the store shows no versions.</param>
/// <param name="IsHidden">A delete marker lies on top.</param>
sealed record AuditedObject(ObjectKey Key, IReadOnlyList<AuditedVersion> Versions, bool IsHidden)
{
    /// <summary>Everything under names of Cairn's.</summary>
    /// <param name="versions">Null: only what everybody sees.</param>
    /// <param name="foreign">Gets every other name that shows.</param>
    public static async IAsyncEnumerable<AuditedObject> ListAsync(
        IObjectStore store, IObjectVersions? versions, Action<string> foreign,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (versions is null)
        {
            await foreach (var info in store.ListAsync("", cancellationToken))
            {
                if (info.ForeignName is not null || !IsOurs(info.Key))
                    foreign(info.Name);
                else
                    yield return new AuditedObject(info.Key, [new AuditedVersion(null, info.Size)], IsHidden: false);
            }
            yield break;
        }
        await foreach (var group in versions.GroupAsync("", cancellationToken))
        {
            var data = group.OldestFirst();
            if (data.Count == 0)
                continue;
            if (ObjectKey.TryParse(group[0].Name, out var key) && IsOurs(key))
                yield return new AuditedObject(
                    key, [.. data.Select(version => new AuditedVersion(version.Id, version.Size))],
                    group[0].IsMarker);
            else if (!group[0].IsMarker)
                foreign(group[0].Name);
        }
    }

    static bool IsOurs(ObjectKey key) =>
        key == ObjectNames.Descriptor || ObjectNames.TryParseContentHash(key, out _);
}

/// <param name="Id">Null: the only one that shows.</param>
readonly record struct AuditedVersion(string? Id, long Size);
