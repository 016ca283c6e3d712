using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Testing.Simulated.Stores;

/// <summary>What an answer of the bucket means in the words of the contract.</summary>
static class S3ErrorKinds
{
    public static StoreErrorKind Of(S3Exception error) =>
        error switch
        {
            { Status: 404 } => StoreErrorKind.NotFound,
            { Status: 416 } => StoreErrorKind.RangeNotSatisfiable,
            { IsLock: true } => StoreErrorKind.Protected,
            { Code: "InvalidObjectState" } => StoreErrorKind.Cold,
            { Status: 403 or 501 } => StoreErrorKind.Refused,
            // Another conditional request was in the way: the next attempt finds out who won.
            { Code: "ConditionalRequestConflict" } => StoreErrorKind.Unavailable,
            { Status: >= 500 } => StoreErrorKind.Unavailable,
            _ => StoreErrorKind.Failed,
        };
}
