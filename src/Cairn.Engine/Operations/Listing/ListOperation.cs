using System.Runtime.CompilerServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Listing;

/// <param name="Path">From the root, without a leading slash; a stream's name.</param>
public sealed record ListedEntry(ReadOnlyMemory<byte> Path, Entry Entry);

/// <summary>Lists what a snapshot holds: the children of a directory, a whole subtree, or one entry.</summary>
public static class ListOperation
{
    /// <summary>In the order of the manifest; the root's listing ends with the streams.</summary>
    /// <param name="path">Inside the snapshot, without a leading slash; empty for the root.</param>
    /// <param name="isRecursive">Everything below a directory instead of its children.</param>
    /// <exception cref="PathNotFoundException">The snapshot has no such path.</exception>
    public static async IAsyncEnumerable<ListedEntry> RunAsync(
        ReadSession session, SnapshotInfo snapshot, ReadOnlyMemory<byte> path, bool isRecursive,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var root = await SnapshotPath.FindAsync(session, snapshot, path, cancellationToken);
        if (!root.IsTree)
        {
            yield return new ListedEntry(root.Path, root.Entry!);
            yield break;
        }
        var reader = new ManifestReader(session.Blobs, snapshot.Manifest, snapshot.ManifestLevel);
        foreach (var range in RangesOf(root, isRecursive))
        {
            await using var blocks = reader.ReadAsync(range, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(blocks, snapshot))
            {
                var block = blocks.Current;
                for (var i = 0; i < block.Entries.Length; i++)
                {
                    var entry = block.Entries.Span[i];
                    yield return new ListedEntry(ManifestPath.Join(block.Path, entry.Name), entry);
                }
            }
        }
    }

    static ManifestRange[] RangesOf(SnapshotPath root, bool isRecursive)
    {
        if (isRecursive)
            return [root.Below];
        var children = ManifestRange.Children(root.Class, root.Path);
        return root.IsRoot ? [children, ManifestRange.OfClass(ManifestLimits.StreamClass)] : [children];
    }

    static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<LeafBlock> blocks, SnapshotInfo snapshot)
    {
        try
        {
            return await blocks.MoveNextAsync();
        }
        catch (FormatViolationException e)
        {
            throw SnapshotPath.DamageOf(snapshot, e);
        }
    }
}
