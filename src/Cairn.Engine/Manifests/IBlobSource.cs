using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>Reads blobs of a repository. Any thread may call; several reads are in flight at once.</summary>
public interface IBlobSource
{
    /// <summary>
    /// The plain content, which was compared with the id. The memory belongs to the caller for good and never changes:
    /// decoded entries keep parts of it.
    /// </summary>
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(BlobKind kind, BlobId id, CancellationToken cancellationToken);
}
