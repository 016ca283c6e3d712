using System.Runtime.CompilerServices;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Find;

/// <summary>
/// Searches many snapshots at once, in the order of their manifests. Snapshots that have the same piece at the same
/// place go through it together, so that the cost is that of the pieces that are different, and memory holds one
/// position for each snapshot, not what was found.
/// </summary>
public static class FindOperation
{
    // Pieces asked for ahead, of all snapshots together.
    const int ReadAhead = 16;
    const int ReadAheadOfOne = 8;

    /// <summary>Every path that matches in a snapshot, once, with its distinct versions.</summary>
    public static async IAsyncEnumerable<FoundPath> RunAsync(
        ReadSession session, IReadOnlyList<SnapshotInfo> snapshots, FindOptions options, WorkMonitor monitor,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var memory = new PieceMemory(session.Blobs, options, cancellationToken);
        var sides = new SideQueue();
        sides.AddRoots(snapshots);
        while (!sides.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (sides.TakeNextPiece() is { } side)
            {
                foreach (var ahead in side.Ahead(ReadAheadOfOne).Concat(sides.Upcoming(ReadAhead)))
                    _ = memory.Request(ahead.Id, ahead.Level);
                await OpenAsync(side, memory, options.Range, snapshots);
                monitor.Add(files: 0, bytes: 0);
                sides.Add(side);
                continue;
            }
            var (key, versions) = sides.TakeNextEntries();
            yield return new FoundPath(
                key.Class == ManifestLimits.StreamClass, ManifestPath.Join(key.Path, key.Name),
                [.. versions.Select(version => new EntryVersion(
                    version.Entry, [.. version.Members.Order().Select(member => snapshots[member])]))]);
        }
    }

    static async Task OpenAsync(
        FindSide side, PieceMemory memory, ManifestRange range, IReadOnlyList<SnapshotInfo> snapshots)
    {
        try
        {
            side.Open(await memory.Request(side.Node!.Id, side.Node.Level), range);
        }
        catch (FormatViolationException e)
        {
            throw SnapshotPath.DamageOf(snapshots[side.Members[0]], e);
        }
    }
}
