using System.Runtime.CompilerServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>An entry that one manifest has and the other has not, or has otherwise.</summary>
/// <param name="Before">Null if it was added.</param>
/// <param name="After">Null if it was removed.</param>
public sealed record ManifestDifference(byte Class, ReadOnlyMemory<byte> Directory, Entry? Before, Entry? After);

/// <summary>
/// Compares two manifests of one repository. Pieces with the same id hold the same entries and are not read, at any
/// level; so the cost is that of what differs. Any thread may call.
/// </summary>
public sealed class ManifestDiff(IBlobSource source)
{
    /// <summary>What differs, in the manifest's order.</summary>
    public IAsyncEnumerable<ManifestDifference> ReadAsync(
        BlobId before, int beforeLevel, BlobId after, int afterLevel, CancellationToken cancellationToken) =>
        ReadAsync(before, beforeLevel, after, afterLevel, ManifestRange.Everything, cancellationToken);

    /// <summary>What differs in a range, in the manifest's order; pieces outside of it are not read.</summary>
    public async IAsyncEnumerable<ManifestDifference> ReadAsync(
        BlobId before, int beforeLevel, BlobId after, int afterLevel, ManifestRange range,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = new DiffSide(source, before, beforeLevel);
        var right = new DiffSide(source, after, afterLevel);
        var comparer = new EntryComparer();
        while (!left.IsAtEnd || !right.IsAtEnd)
        {
            if (left.TrySkipOutside(range) || right.TrySkipOutside(range))
                continue;
            if (left.Node is { } a && right.Node is { } b && a.Id == b.Id && a.Level == b.Level)
            {
                left.Skip();
                right.Skip();
                continue;
            }
            if (NodeToOpen(left, right) is { } side)
            {
                await side.OpenAsync(cancellationToken);
                continue;
            }
            var order = Order(left, right);
            var key = order <= 0 ? left.Key!.Value : right.Key!.Value;
            var old = order <= 0 ? left.Take() : null;
            var @new = order >= 0 ? right.Take() : null;
            if (!range.Contains(key))
                continue;
            if (old is null || @new is null || !comparer.AreSame(old, @new))
                yield return new ManifestDifference(key.Class, key.Path, old, @new);
        }
    }

    /// <summary>
    /// The side whose next piece must be opened to go on, or null if the next entry is known. The higher piece first,
    /// so that both sides come to the level where equal pieces meet.
    /// </summary>
    static DiffSide? NodeToOpen(DiffSide left, DiffSide right)
    {
        if (left.Node is { } a && right.Node is { } b)
        {
            if (a.Level != b.Level)
                return a.Level > b.Level ? left : right;
            return a.Level > 0 || Order(left, right) <= 0 ? left : right;
        }
        if (left.Node is not null)
            return Order(left, right) <= 0 ? left : null;
        if (right.Node is not null)
            return Order(left, right) >= 0 ? right : null;
        return null;
    }

    /// <summary>
    /// Which side comes first; a root, of whose entries nothing is known, before all, and the end behind all.
    /// </summary>
    static int Order(DiffSide left, DiffSide right)
    {
        if (left.IsAtEnd || right.IsAtEnd)
            return left.IsAtEnd.CompareTo(right.IsAtEnd);
        if (left.Key is not { } a)
            return -1;
        return right.Key is { } b ? a.CompareTo(b) : 1;
    }
}
