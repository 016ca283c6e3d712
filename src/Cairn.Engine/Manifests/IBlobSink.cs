using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>Stores blobs that are not there yet, and says what they are called. Any thread may call.</summary>
public interface IBlobSink
{
    /// <summary>May block until there is room. The content is borrowed for the call.</summary>
    BlobId Put(BlobKind kind, ReadOnlySpan<byte> plain);
}
