using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Operations.Dump;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Drill;

/// <summary>Reads a stream to its end, as a restore would, and keeps nothing of it.</summary>
public static class DrillStreams
{
    const int ReadAheadMax = 16;

    /// <exception cref="DamagedObjectException">Not all of it is there any more.</exception>
    public static async Task ReadAsync(
        ReadSession session, SnapshotInfo snapshot, ReadOnlyMemory<byte> name, int workers, DumpMonitor monitor,
        CancellationToken cancellationToken)
    {
        var reader = new ManifestReader(session.Blobs, snapshot.Manifest, snapshot.ManifestLevel);
        try
        {
            var entry = await reader.FindAsync(ManifestLimits.StreamClass, name, cancellationToken)
                ?? throw new FormatViolationException(FailureKind.Content, "a stream that it had is not found");
            monitor.Expect(entry.Size);
            var dumper = new FileDumper(session, Math.Clamp(workers * 2, 2, ReadAheadMax), monitor);
            await dumper.WriteAsync(entry, Stream.Null, cancellationToken);
        }
        catch (FormatViolationException e)
        {
            throw SnapshotPath.DamageOf(snapshot, e);
        }
    }
}
