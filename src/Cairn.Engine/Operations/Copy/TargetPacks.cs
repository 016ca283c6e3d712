using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Copy;

/// <summary>
/// Takes packs out of look-ups that are not there, or not in their length: a copy relies on nothing that an index only
/// claims..
/// </summary>
static class TargetPacks
{
    /// <summary>False if the store does not let this credential see packs.</summary>
    public static async Task<bool> ExcludeMissingAsync(
        IObjectStore store, BlobIndex index, CancellationToken cancellationToken)
    {
        var there = new HashSet<uint>();
        try
        {
            await foreach (var info in store.ListAsync(ObjectNames.Packs, cancellationToken))
            {
                if (info.ForeignName is null && ObjectNames.TryParsePack(info.Key, out var name)
                    && index.TryFindPack(name, out var number) && index.GetPack(number).PackSize == info.Size)
                    there.Add(number.Value);
            }
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Refused)
        {
            return false;
        }
        foreach (var number in index.EnumeratePacks().ToList())
        {
            if (!there.Contains(number.Value))
                index.Exclude(number);
        }
        return true;
    }
}
