using System.Runtime.CompilerServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Listing;

public sealed record ListOptions
{
    /// <summary>Path inside the snapshot without a leading slash; empty for the root.</summary>
    public ReadOnlyMemory<byte> Path { get; init; }

    /// <summary>Everything below a directory instead of its children.</summary>
    public bool IsRecursive { get; init; }
}

/// <param name="Path">From the root, without a leading slash; a stream's name.</param>
public sealed record ListedEntry(bool IsStream, ReadOnlyMemory<byte> Path, Entry Entry);

/// <summary>Lists what a snapshot holds: the children of a directory, a whole subtree, or one entry.</summary>
public static class ListOperation
{
    /// <summary>In the order of the manifest; the root's listing ends with the streams.</summary>
    /// <exception cref="PathNotFoundException">The snapshot has no such path.</exception>
    public static async IAsyncEnumerable<ListedEntry> RunAsync(
        ReadSession session, SnapshotInfo snapshot, ListOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var root = await SnapshotPath.FindAsync(session, snapshot, options.Path, cancellationToken);
        if (!root.IsTree)
        {
            yield return new ListedEntry(root.Class == ManifestLimits.StreamClass, root.Path, root.Entry!);
            yield break;
        }
        var reader = new ManifestReader(session.Blobs, snapshot.Manifest, snapshot.ManifestLevel);
        foreach (var range in RangesOf(root, options.IsRecursive))
        {
            await using var blocks = reader.ReadAsync(range, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(blocks, snapshot))
            {
                var block = blocks.Current;
                for (var i = 0; i < block.Entries.Length; i++)
                {
                    var entry = block.Entries.Span[i];
                    yield return new ListedEntry(
                        block.Class == ManifestLimits.StreamClass, ManifestPath.Join(block.Path, entry.Name), entry);
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
