using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Recover;

/// <summary>
/// Index objects that a prune has put into others and deleted since. No record says so but the others themselves, so
/// they are read: only where some are hidden.
/// </summary>
static class ReplacedIndexObjects
{
    /// <summary>Of those that are to be shown again, the ones that others contain.</summary>
    public static async Task<IReadOnlySet<ObjectKey>> FindAsync(
        Repository repository, IEnumerable<RecoverItem> items, CancellationToken cancellationToken)
    {
        var contained = new HashSet<ObjectKey>();
        if (!items.Any(item => item.IsHidden && IsIndex(item.Good.Key)))
            return contained;
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Index, cancellationToken))
        {
            if (info.ForeignName is not null
                || !ObjectNames.TryParseDated(ObjectNames.Index, info.Key, out var name))
                continue;
            try
            {
                var opened = await ObjectReader.ReadAsync(
                    repository.Store, info.Key, name.Hash, bytes => IndexObject.Open(repository, name, bytes),
                    cancellationToken);
                contained.UnionWith(opened.AllContained.Select(inner => inner.Key));
            }
            catch (Exception e) when (e is DamagedObjectException or UnsupportedFormatException
                || e is StoreException { IsTransient: false })
            {
                // What cannot be read vouches for none.
            }
        }
        return contained;
    }

    static bool IsIndex(ObjectKey key) => key.Value.StartsWith(ObjectNames.Index, StringComparison.Ordinal);
}
