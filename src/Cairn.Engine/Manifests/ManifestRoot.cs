using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <param name="Entries">How many entries the manifest has.</param>
/// <param name="ContentBytes">Bytes of its files and streams; sums stop at 2^64 − 1.</param>
public readonly record struct ManifestRoot(BlobId Id, int Level, ulong Entries, ulong ContentBytes);
