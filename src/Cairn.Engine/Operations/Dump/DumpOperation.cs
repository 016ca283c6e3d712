using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Dump;

public sealed record DumpOptions
{
    /// <summary>Path inside the snapshot without a leading slash, or a stream's name; empty for everything, as
    /// tar.</summary>
    public required ReadOnlyMemory<byte> Path { get; init; }

    /// <summary>Chunks that are fetched and decoded at once.</summary>
    public required int Workers { get; init; }
}

/// <summary>How much was written. Any thread may sample.</summary>
public sealed class DumpMonitor : IProgressSource
{
    long _files, _bytes;
    long _bytesTotal = -1;

    public ProgressSample Sample() => new(
        "writing", Interlocked.Read(ref _files), FilesTotal: null, Interlocked.Read(ref _bytes),
        Interlocked.Read(ref _bytesTotal) is var total and >= 0 ? total : null, StoredBytes: 0);

    internal void Expect(long bytes) => Interlocked.Exchange(ref _bytesTotal, bytes);
    internal void AddFile() => Interlocked.Increment(ref _files);
    internal void AddBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);
}

/// <summary>
/// Writes a file or stream to a stream of bytes, or a directory as a tar archive. What cannot be read whole ends it
/// with an exception after the last good byte: the reader at the other end must look at the outcome.
/// </summary>
public static class DumpOperation
{
    const int ReadAheadMax = 16;

    /// <exception cref="PathNotFoundException">The snapshot has no such path, or it has no content.</exception>
    public static async Task RunAsync(
        ReadSession session, SnapshotInfo snapshot, Stream destination, DumpOptions options, DumpMonitor monitor,
        CancellationToken cancellationToken)
    {
        var dumper = new FileDumper(session, Math.Clamp(options.Workers * 2, 2, ReadAheadMax), monitor);
        var root = await SnapshotPath.FindAsync(session, snapshot, options.Path, cancellationToken);
        try
        {
            if (root.IsTree)
                await WriteTarAsync(session, snapshot, root, dumper, destination, monitor, cancellationToken);
            else
                await WriteFileAsync(root.Entry!, dumper, destination, monitor, cancellationToken);
        }
        catch (FormatViolationException e)
        {
            throw new DamagedObjectException(snapshot.Name.Key, e.Kind, e.Message, e);
        }
        await destination.FlushAsync(cancellationToken);
    }

    static async Task WriteFileAsync(
        Entry entry, FileDumper dumper, Stream destination, DumpMonitor monitor, CancellationToken cancellationToken)
    {
        if (!entry.HasContent)
            throw new PathNotFoundException(
                $"{System.Text.Encoding.UTF8.GetString(entry.Name.Span)} has no content: it is a {entry.Kind}");
        monitor.Expect(entry.Size);
        await dumper.WriteAsync(entry, destination, cancellationToken);
        monitor.AddFile();
    }

    static async Task WriteTarAsync(
        ReadSession session, SnapshotInfo snapshot, SnapshotPath root, FileDumper dumper, Stream destination,
        DumpMonitor monitor, CancellationToken cancellationToken)
    {
        var reader = new ManifestReader(session.Blobs, snapshot.Manifest, snapshot.ManifestLevel);
        var tar = new TarWriter(destination);
        var links = new Dictionary<ulong, ReadOnlyMemory<byte>>();
        await foreach (var block in reader.ReadAsync(root.Below, cancellationToken))
        {
            var directory = block.Path;
            if (!root.Path.IsEmpty)
                directory = directory.Length == root.Path.Length ? default : directory[(root.Path.Length + 1)..];
            for (var i = 0; i < block.Entries.Length; i++)
            {
                var entry = block.Entries.Span[i];
                var path = ManifestPath.Join(directory, entry.Name);
                if (entry.HardLinkGroup != 0 && !links.TryAdd(entry.HardLinkGroup, path))
                {
                    // What it has besides its name stands with the first one.
                    entry.Attributes = [];
                    await tar.WriteLinkAsync(path, entry, links[entry.HardLinkGroup], cancellationToken);
                    continue;
                }
                entry.Attributes = await dumper.WholeAttributesAsync(entry, cancellationToken);
                await tar.WriteHeaderAsync(path, entry, cancellationToken);
                if (!entry.HasContent)
                    continue;
                await dumper.WriteAsync(entry, destination, cancellationToken);
                await tar.WritePaddingAsync(entry.Size, cancellationToken);
                monitor.AddFile();
            }
        }
        await tar.WriteEndAsync(cancellationToken);
    }
}
