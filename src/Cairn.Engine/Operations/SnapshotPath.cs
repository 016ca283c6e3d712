using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations;

/// <summary>A path of a snapshot, found in its manifest: everything, a directory, a file, or a stream.</summary>
/// <param name="Entry">Null for the root.</param>
public sealed record SnapshotPath(byte Class, ReadOnlyMemory<byte> Path, Entry? Entry)
{
    public bool IsRoot => Entry is null;
    public bool IsTree => Entry is null or { Kind: EntryKind.Directory };

    /// <summary>What lies below: for trees only. The root has streams too.</summary>
    public ManifestRange Below =>
        IsRoot ? ManifestRange.Everything : ManifestRange.Below(Class, Path);

    /// <summary>A stream is a path without a slash; a file of the same name comes first.</summary>
    /// <exception cref="PathNotFoundException">The snapshot has no such path.</exception>
    public static async Task<SnapshotPath> FindAsync(
        ReadSession session, SnapshotInfo snapshot, ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        if (path.IsEmpty)
            return new SnapshotPath(ManifestLimits.FileClass, path, Entry: null);
        var reader = new ManifestReader(session.Blobs, snapshot.Manifest, snapshot.ManifestLevel);
        try
        {
            if (await reader.FindAsync(ManifestLimits.FileClass, path, cancellationToken) is { } entry)
                return new SnapshotPath(ManifestLimits.FileClass, path, entry);
            if (!path.Span.Contains((byte)'/')
                && await reader.FindAsync(ManifestLimits.StreamClass, path, cancellationToken) is { } stream)
                return new SnapshotPath(ManifestLimits.StreamClass, path, stream);
        }
        catch (FormatViolationException e)
        {
            throw DamageOf(snapshot, e);
        }
        throw new PathNotFoundException(
            $"the snapshot {snapshot.ShortId} has no /{System.Text.Encoding.UTF8.GetString(path.Span)}");
    }

    /// <summary>Manifest pieces that are authentic but contradict the format or each other.</summary>
    public static DamagedObjectException DamageOf(SnapshotInfo snapshot, FormatViolationException violation) =>
        new(snapshot.Name.Key, violation.Kind, $"its manifest is damaged: {violation.Message}", violation);

    public static SalvageReader Salvage(
        ReadSession session, SnapshotInfo snapshot, Action<Primitives.BlobId>? onPiece = null,
        Func<Primitives.BlobId, LeafSummary?>? known = null) =>
        new(session.Blobs, snapshot.Manifest, snapshot.ManifestLevel, e => e is DamagedObjectException)
        {
            OnPiece = onPiece, Known = known,
        };
}
