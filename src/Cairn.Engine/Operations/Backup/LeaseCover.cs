using Cairn.Engine.Indexing;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Whether a host may rely on what is there already. It sees no pack and no lock, but maintainers tell it until when
/// everything that is not condemned stays locked (docs/design/leases.md). If none has said so for too long, whoever
/// relied on old packs would have a backup whose protection ends before his own objects' does: they are unknown then,
/// and stored again.
/// </summary>
static class LeaseCover
{
    /// <returns>Whether all that was known is unknown now.</returns>
    public static bool Apply(Repository repository, BlobIndex index, RetiredLog retired)
    {
        if (!Lapses(repository, retired))
            return false;
        foreach (var number in index.EnumeratePacks())
            index.Exclude(number);
        return true;
    }

    /// <summary>Whether none has said so for too long.</summary>
    public static bool Lapses(Repository repository, RetiredLog retired)
    {
        if (repository.Descriptor.Lease is not { } policy)
            return false;
        // Until then everything has the lock that it was stored with.
        var first = repository.Descriptor.Created + policy.Lock.Duration;
        var bound = retired.LockBound > first ? retired.LockBound.Value : first;
        var now = repository.Store.Versions?.Now ?? repository.Environment.Time.GetUtcNow();
        return bound < now + policy.ReusableMinimum;
    }
}
