using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Verify;

/// <summary>
/// Compares files of the disk with what a snapshot holds by the ids of its chunks: nothing of their contents is
/// fetched. Any thread.
/// </summary>
sealed class ContentComparer(ReadSession session, WorkMonitor monitor)
{
    const int HoleBytes = 1 << 20;

    readonly ContentReader _contents = new(session.Blobs);

    /// <exception cref="SourceReadException">The file cannot be read.</exception>
    public async Task<bool> AreSameAsync(
        DirectoryBatch batch, Entry disk, Entry snapshot, CancellationToken cancellationToken)
    {
        using var file = batch.Open(disk);
        if (disk.Size != snapshot.Size)
            return false;
        await foreach (var extent in _contents.ReadExtentsAsync(snapshot.Content!, snapshot.Size, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!(extent.Blob is { } id ? HasChunk(file, id, (int)extent.Length) : HasZeros(file, extent.Length)))
                return false;
        }
        return !file.HasChanged;
    }

    bool HasChunk(ISourceFile file, Primitives.BlobId id, int length)
    {
        using var buffer = session.Repository.Environment.Buffers.Rent(length);
        return TryFill(file, buffer.Span)
            && session.Repository.Hasher.Hash((byte)BlobKind.Chunk, buffer.Span) == id;
    }

    bool HasZeros(ISourceFile file, long length)
    {
        using var buffer = session.Repository.Environment.Buffers.Rent((int)Math.Min(length, HoleBytes));
        for (var rest = length; rest > 0; rest -= buffer.Length)
        {
            buffer.Length = (int)Math.Min(rest, buffer.Length);
            if (!TryFill(file, buffer.Span) || buffer.Span.ContainsAnyExcept((byte)0))
                return false;
        }
        return true;
    }

    // A file that ends too early has changed.
    bool TryFill(ISourceFile file, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var read = file.Read(buffer);
            if (read == 0)
                return false;
            monitor.Add(files: 0, read);
            buffer = buffer[read..];
        }
        return true;
    }
}
