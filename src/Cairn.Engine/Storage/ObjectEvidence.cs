using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage;

/// <summary>What a store says of a version that it holds, without giving its bytes.</summary>
/// <param name="Sha256">
/// Of the whole object: worked out by the store when it took the object, and kept beside it. Null where it keeps none.
/// </param>
/// <param name="Lock">Null where there is none, and where the store does not say.</param>
public readonly record struct ObjectEvidence(long Size, ObjectHash? Sha256, HeldLock? Lock);
