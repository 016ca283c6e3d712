using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>A blob that something needs, with its plain length.</summary>
public readonly record struct BlobReference(BlobKind Kind, BlobId Id, int Length);
