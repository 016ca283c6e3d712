using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Prune;

/// <summary>A pack in the store.</summary>
/// <param name="Modified">The store's own time, where it has one.</param>
/// <param name="StorageClass">Null where the store has none.</param>
readonly record struct ListedPack(
    ObjectHash Name, long Size, DateTimeOffset? Modified, string? StorageClass = null);

/// <param name="Session">The run it belongs to; null if it was not read, because it is dead.</param>
sealed record ListedLedger(ObjectKey Key, SignerId Host, DatedName Name, DateTimeOffset? Modified)
{
    public Ulid? Session { get; set; }
    public ObjectHash? Previous { get; set; }
}

/// <summary>
/// One look (docs/design/commit-protocol.md): what was announced before it began, and what was there. Nothing that was
/// announced only while it lasted counts for a decision to delete (M3).
/// </summary>
sealed record Survey
{
    /// <summary>Condemned before the first listing began.</summary>
    public required IReadOnlySet<ObjectHash> Condemned { get; init; }

    /// <summary>Proposed to be void before the first listing began.</summary>
    public required IReadOnlySet<ObjectHash> Proposed { get; init; }
    public required IReadOnlyList<SnapshotName> Snapshots { get; init; }
    public required IReadOnlyList<ListedLedger> Ledgers { get; init; }

    /// <summary>Ascending by name.</summary>
    public required IReadOnlyList<ListedPack> Packs { get; init; }
    public required Liveness Liveness { get; init; }

    /// <summary>Beginnings of the names of packs that snapshots need and that are not there, ascending.</summary>
    public required IReadOnlyList<PackPrefix> Lost { get; init; }

    public bool IsListed(ObjectHash pack) => IsListed(Packs, pack);

    /// <summary>Whether a pack is there: the listing is in the order of names.</summary>
    public static bool IsListed(IReadOnlyList<ListedPack> packs, ObjectHash name) =>
        IsAny(packs, pack => pack.CompareTo(name));

    /// <summary>The same, of a pack whose name begins so.</summary>
    public static bool IsListed(IReadOnlyList<ListedPack> packs, PackPrefix prefix) =>
        IsAny(packs, pack => PackPrefix.Of(pack).CompareTo(prefix));

    static bool IsAny(IReadOnlyList<ListedPack> packs, Func<ObjectHash, int> compare)
    {
        var (low, high) = (0, packs.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = compare(packs[middle].Name);
            if (order == 0)
                return true;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return false;
    }
}
