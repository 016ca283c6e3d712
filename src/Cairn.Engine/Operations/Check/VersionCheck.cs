using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// Traces of somebody in the bucket: objects below delete markers that no prune put there, and further versions. By the
/// listing alone; what is right and what is junk <see cref="Recover.RecoverOperation"/> tells.
/// </summary>
public static class VersionCheck
{
    public static async Task<IReadOnlyList<CheckFinding>> RunAsync(
        IObjectVersions versions, RetiredLog retired, BlobIndex index, CancellationToken cancellationToken)
    {
        var findings = new List<CheckFinding>();
        var shown = new HashSet<ObjectKey>();
        try
        {
            await foreach (var group in versions.GroupAsync("", cancellationToken))
            {
                if (!ObjectKey.TryParse(group[0].Name, out var key)
                    || !(key == ObjectNames.Descriptor || ObjectNames.TryParseContentHash(key, out _))
                    || retired.Removes(key))
                    continue;
                if (!group[0].IsMarker)
                    shown.Add(key);
                if (TryFind(key, group) is { } finding)
                    findings.Add(finding);
            }
        }
        catch (StoreException e) when (!e.IsTransient)
        {
            findings.Add(new CheckFinding(
                CheckSeverity.Note, "versions", Kind: null, $"they were not looked at: {e.Message}"));
        }
        // What a prune has put into another index object it removed.
        var contained = ContainedObjects.Of(index);
        findings.RemoveAll(finding => ObjectKey.TryParse(finding.Object, out var key)
            && contained.FindOuter(key, shown) is not null);
        return findings;
    }

    static CheckFinding? TryFind(ObjectKey key, IReadOnlyList<ListedVersion> group)
    {
        var data = group.OldestFirst();
        if (data.Count == 0)
            return null;
        if (group[0].IsMarker)
            return new CheckFinding(
                CheckSeverity.Repairable, key.Value, Kind: null,
                "hidden below a delete marker that no prune put there: show it again with: cairn recover");
        // A writer whose answer was lost stores the same again: that is not worth a warning.
        return data.Count == 1 ? null
            : data[^1].Size != data[0].Size
                ? new CheckFinding(
                    CheckSeverity.Repairable, key.Value, Kind: null,
                    "somebody put something else on top of it: put it right with: cairn recover")
                : new CheckFinding(
                    CheckSeverity.Note, key.Value, Kind: null,
                    $"it has {data.Count - 1} further version(s): look at them with: cairn recover --dry-run");
    }
}
