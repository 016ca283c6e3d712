using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Verify;

/// <summary>A path as the snapshot has it and as the disk has it; one of them may not have it.</summary>
/// <param name="Path">Below what is compared; empty for the top itself.</param>
sealed record EntryMeeting(ReadOnlyMemory<byte> Path, Entry? Snapshot, Entry? Disk, HeldBatch? Batch);

/// <summary>A batch of the walk that is disposed when nobody needs a file of it any more. Any thread.</summary>
sealed class HeldBatch(DirectoryBatch batch)
{
    int _holders = 1;

    public DirectoryBatch Batch => batch;

    public HeldBatch Hold()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            batch.Dispose();
    }
}

/// <summary>An entry of either side, by where it stands below what is compared.</summary>
readonly record struct PlacedEntry(
    ReadOnlyMemory<byte> Directory, Entry Entry, bool IsTop, HeldBatch? Batch) : IComparable<PlacedEntry>
{
    public ReadOnlyMemory<byte> Path => IsTop ? default : ManifestPath.Join(Directory, Entry.Name);

    // Both sides are in the order of manifests, which a common beginning of all paths does not change.
    public int CompareTo(PlacedEntry other)
    {
        if (IsTop || other.IsTop)
            return other.IsTop.CompareTo(IsTop);
        var order = ManifestOrder.ComparePaths(Directory.Span, other.Directory.Span);
        return order != 0 ? order : Entry.Name.Span.SequenceCompareTo(other.Entry.Name.Span);
    }

    /// <summary>Null if it is neither the top nor below it.</summary>
    public static PlacedEntry? Below(
        ReadOnlyMemory<byte> top, ReadOnlyMemory<byte> directory, Entry entry, HeldBatch? batch)
    {
        if (top.IsEmpty)
            return new PlacedEntry(directory, entry, IsTop: false, batch);
        if (ManifestOrder.IsAtOrBelow(directory.Span, top.Span))
        {
            var rest = directory.Length == top.Length ? default : directory[(top.Length + 1)..];
            return new PlacedEntry(rest, entry, IsTop: false, batch);
        }
        var (parent, name) = ManifestPath.Split(top);
        return directory.Span.SequenceEqual(parent.Span) && entry.Name.Span.SequenceEqual(name.Span)
            ? new PlacedEntry(default, entry, IsTop: true, batch)
            : null;
    }
}
