using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Indexing;

/// <summary>A pack as this opened index counts them. Means nothing to another index, nor after closing.</summary>
public readonly record struct PackNumber(uint Value);

/// <summary>Where a blob lies: a pack and the row of that pack's table.</summary>
public readonly record struct BlobLocation(PackNumber Pack, int Row);

/// <summary>A pack's table without its rows.</summary>
public sealed record PackFacts
{
    public required ObjectHash Name { get; init; }
    public required PackKind Kind { get; init; }
    public required int PackSize { get; init; }
    public required int BlobsOffset { get; init; }
    public required int RowCount { get; init; }
    public required IReadOnlyList<SealedPackKey> Keys { get; init; }
    public required IReadOnlyList<SignerId> Authors { get; init; }

    /// <summary>As <see cref="PackTable.IndexedBy"/>.</summary>
    public required SignerId? IndexedBy { get; init; }
}
