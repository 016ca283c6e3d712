using Cairn.Engine.Formats;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>An object that could not be used, when that does not stop what is being done.</summary>
/// <param name="Object">The object's name.</param>
/// <param name="Kind">What is wrong with it; null if the store would not give it.</param>
/// <param name="IsForeign">Somebody's junk: no key or signer of this repository made it, so nothing is lost with
/// it.</param>
/// <param name="Message">For a person; names the object.</param>
public sealed record ObjectProblem(string Object, FailureKind? Kind, bool IsForeign, string Message)
{
    public static ObjectProblem OfForeignName(string name) =>
        new(name, Kind: null, IsForeign: true, $"{name}: not a name of Cairn's");

    /// <summary>
    /// What a failed read of one object means, or null if it is not about this object: then it concerns the whole store
    /// and whoever reads has to stop.
    /// </summary>
    public static ObjectProblem? TryFrom(ObjectKey key, Exception exception) => exception switch
    {
        DamagedObjectException e => new(key.Value, e.Kind, e.IsForeign, e.Message),
        UnsupportedFormatException e => new(key.Value, FailureKind.Unsupported, IsForeign: false, e.Message),
        StoreException e when IsAboutObject(e.Kind) => new(key.Value, Kind: null, IsForeign: false, e.Message),
        _ => null,
    };

    /// <summary>Missing, cut, too large, or on a bad sector: others may still be whole.</summary>
    public static bool IsAboutObject(StoreErrorKind kind) => kind is StoreErrorKind.NotFound
        or StoreErrorKind.RangeNotSatisfiable or StoreErrorKind.TooLarge or StoreErrorKind.Failed;
}
