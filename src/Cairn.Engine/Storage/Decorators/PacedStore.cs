using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// Asks a store as often at once as it bears, and no more: see <see cref="Pace"/>. Belongs inside of a
/// <see cref="RetryingStore"/>, so that who waits for the next attempt holds no place.
/// </summary>
/// <param name="first">Calls at once in the beginning; at least 1.</param>
/// <param name="max">Calls at once that are never exceeded.</param>
public sealed class PacedStore(IObjectStore inner, int first, int max) : RequestDecorator(inner)
{
    readonly IObjectStore _inner = inner;
    readonly Pace _pace = new(first, max);

    /// <summary>Calls at once that are allowed now.</summary>
    public int Limit => _pace.Limit;

    /// <summary>Goes through as it is: a listing is one request after the other, and there are few.</summary>
    public override IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        _inner.ListAsync(prefix, cancellationToken);

    private protected override async Task<T> RunAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ticket = await _pace.EnterAsync(cancellationToken);
        var wasThrottled = false;
        try
        {
            return await request();
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.Throttled)
        {
            wasThrottled = true;
            throw;
        }
        finally
        {
            _pace.Leave(ticket, wasThrottled);
        }
    }
}
