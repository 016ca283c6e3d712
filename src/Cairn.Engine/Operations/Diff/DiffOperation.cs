using System.Runtime.CompilerServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Diff;

/// <summary>A path that two snapshots do not have alike.</summary>
/// <param name="Path">From the root, without a leading slash; a stream's name.</param>
/// <param name="Before">Null if it was added.</param>
/// <param name="After">Null if it was removed.</param>
/// <param name="Changes">Of what is in both; otherwise none.</param>
public sealed record DiffEntry(
    bool IsStream, ReadOnlyMemory<byte> Path, Entry? Before, Entry? After, EntryChanges Changes);

/// <summary>Compares two snapshots. Subtrees that are the same are not read.</summary>
public static class DiffOperation
{
    /// <param name="path">Only what lies there or below, without a leading slash; empty for everything.</param>
    /// <exception cref="PathNotFoundException">Neither snapshot has the path.</exception>
    public static async IAsyncEnumerable<DiffEntry> RunAsync(
        ReadSession session, SnapshotInfo before, SnapshotInfo after, ReadOnlyMemory<byte> path, WorkMonitor monitor,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var range in await RangesAsync(session, before, after, path, cancellationToken))
        {
            await using var differences = new ManifestDiff(session.Blobs)
                .ReadAsync(
                    before.Manifest, before.ManifestLevel, after.Manifest, after.ManifestLevel, range,
                    cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(differences, before, after))
            {
                var found = differences.Current;
                var changes = found is { Before: { } old, After: { } @new }
                    ? EntryComparer.Compare(old, @new)
                    : EntryChanges.None;
                // Only the number of a hard-link group is another one.
                if (changes == EntryChanges.None && found is { Before: not null, After: not null })
                    continue;
                monitor.Add(files: 1, bytes: 0);
                yield return new DiffEntry(
                    found.Class == ManifestLimits.StreamClass,
                    ManifestPath.Join(found.Directory, (found.After ?? found.Before)!.Name), found.Before, found.After,
                    changes);
            }
        }
    }

    // The entry itself stands in another place of the manifest than what is below it.
    static async Task<ManifestRange[]> RangesAsync(
        ReadSession session, SnapshotInfo before, SnapshotInfo after, ReadOnlyMemory<byte> path,
        CancellationToken cancellationToken)
    {
        if (path.IsEmpty)
            return [ManifestRange.Everything];
        var found = await TryFindAsync(session, before, path, cancellationToken)
            ?? await SnapshotPath.FindAsync(session, after, path, cancellationToken);
        var (directory, name) = ManifestPath.Split(path);
        var itself = ManifestRange.Single(found.Class, directory, name);
        return found.Class == ManifestLimits.StreamClass
            ? [itself]
            : [itself, ManifestRange.Below(found.Class, path)];
    }

    static async Task<SnapshotPath?> TryFindAsync(
        ReadSession session, SnapshotInfo snapshot, ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        try
        {
            return await SnapshotPath.FindAsync(session, snapshot, path, cancellationToken);
        }
        catch (PathNotFoundException)
        {
            return null;
        }
    }

    static async ValueTask<bool> MoveNextAsync(
        IAsyncEnumerator<ManifestDifference> differences, SnapshotInfo before, SnapshotInfo after)
    {
        try
        {
            return await differences.MoveNextAsync();
        }
        catch (FormatViolationException e)
        {
            // Either may be the one; both need the same check.
            throw new DamagedObjectException(
                after.Name.Key, e.Kind, $"its manifest, or that of {before.ShortId}, is damaged: {e.Message}", e);
        }
    }
}
