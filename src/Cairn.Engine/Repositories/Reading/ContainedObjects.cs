using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>
/// Which index objects are contained in others, as the local index remembers it: what contains an object was read, and
/// has its very bytes. So the object may go from the store, and nothing is missing.
/// </summary>
sealed class ContainedObjects
{
    // Beside the names of index objects, with which it cannot be confused.
    const string Prefix = "contained/";

    readonly Dictionary<ObjectKey, List<ObjectKey>> _outers = [];

    public static ContainedObjects Of(BlobIndex index)
    {
        var objects = new ContainedObjects();
        foreach (var mark in index.Absorbed.Where(IsMark))
        {
            var names = mark.Value[Prefix.Length..].Split('/');
            var inner = new ObjectKey(ObjectNames.Index + names[0]);
            if (!objects._outers.TryGetValue(inner, out var outers))
                objects._outers.Add(inner, outers = []);
            outers.Add(new ObjectKey(ObjectNames.Index + names[1]));
        }
        return objects;
    }

    public static ObjectKey Mark(ObjectKey inner, ObjectKey outer) => new(
        $"{Prefix}{inner.Value[ObjectNames.Index.Length..]}/{outer.Value[ObjectNames.Index.Length..]}");

    public static bool IsMark(ObjectKey key) => key.Value.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>An object that is there and has this one in it, at whatever depth.</summary>
    public ObjectKey? FindOuter(ObjectKey inner, IReadOnlySet<ObjectKey> listed)
    {
        foreach (var outer in _outers.GetValueOrDefault(inner, []))
        {
            if (listed.Contains(outer))
                return outer;
            if (FindOuter(outer, listed) is { } found)
                return found;
        }
        return null;
    }

    /// <summary>What the local index took in is there still, or was there within another that is.</summary>
    public static bool AreThere(BlobIndex index, IReadOnlySet<ObjectKey> listed)
    {
        ContainedObjects? contained = null;
        foreach (var key in index.Absorbed)
        {
            if (listed.Contains(key) || IsMark(key))
                continue;
            if ((contained ??= Of(index)).FindOuter(key, listed) is null)
                return false;
        }
        return true;
    }
}
