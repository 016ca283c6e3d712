using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Find;

/// <summary>Whether an entry is wanted. Asked from several threads, once for entries that snapshots share.</summary>
/// <param name="directory">Path of the directory it stands in, without a leading slash.</param>
public delegate bool EntryPredicate(byte @class, ReadOnlySpan<byte> directory, scoped in EntryRecord record);

public sealed record FindOptions
{
    public required EntryPredicate Matches { get; init; }

    /// <summary>Pieces that lie outside are not read.</summary>
    public ManifestRange Range { get; init; } = ManifestRange.Everything;
}

/// <summary>One state of a path, and the snapshots that have it so.</summary>
/// <param name="Snapshots">In the order in which they were given.</param>
public sealed record EntryVersion(Entry Entry, IReadOnlyList<SnapshotInfo> Snapshots);

/// <param name="Path">From the root, without a leading slash; a stream's name.</param>
/// <param name="Versions">In the order of the first snapshot of each.</param>
public sealed record FoundPath(bool IsStream, ReadOnlyMemory<byte> Path, IReadOnlyList<EntryVersion> Versions);
