using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Writing;

namespace Cairn.Engine.Operations.Copy;

/// <summary>Where contents go, under their new ids. Any thread may call.</summary>
interface ICopyTarget
{
    /// <summary>Whether a blob of that length is there, so that it need not be read; marks it as needed.</summary>
    bool TryReuse(BlobId id, long length);

    /// <summary>May block until there is room.</summary>
    BlobId Store(BlobKind kind, ReadOnlySpan<byte> plain, BlobWorker worker);
}

/// <summary>A repository that snapshots are copied into.</summary>
sealed class RepositoryTarget(BlobIndex index, BlobWriter writer) : ICopyTarget
{
    public bool TryReuse(BlobId id, long length) => index.TryFind(id, out var place)
        && index.GetRow(place.Pack, place.Row).PlainLength == length && writer.TryReuse(id);

    public BlobId Store(BlobKind kind, ReadOnlySpan<byte> plain, BlobWorker worker) =>
        writer.Store(kind, plain, worker);
}
