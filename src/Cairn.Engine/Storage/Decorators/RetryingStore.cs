using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// Tries again what failed in a way that may pass (<see cref="StoreException.IsTransient"/>), with growing, jittered
/// pauses. Safe for every member: a repeated PUT whose first response was lost answers
/// <see cref="PutOutcome.AlreadyThere"/>. A listing that breaks continues behind the last name it gave. Owns the
/// store it wraps.
/// </summary>
public sealed class RetryingStore : IObjectStore, IVersionedStore
{
    readonly IObjectStore _inner;
    readonly RetryOptions _options;
    readonly TimeProvider _time;
    readonly Func<double> _random;
    volatile bool _hasAnswered;

    /// <param name="random">Uniform in [0, 1): for the jitter. Called concurrently.</param>
    public RetryingStore(IObjectStore inner, RetryOptions options, TimeProvider time, Func<double> random)
    {
        options.Validate();
        _inner = inner;
        _options = options;
        _time = time;
        _random = random;
    }

    public string Location => _inner.Location;
    public StoreCapabilities Capabilities => _inner.Capabilities;
    public IObjectVersions? Versions => _inner.Versions is { } versions ? new OwnVersions(this, versions) : null;

    public Task<PutOutcome> PutAsync(
        ObjectKey key, IReadOnlyList<ReadOnlyMemory<byte>> content, PutOptions options,
        CancellationToken cancellationToken) =>
        RetryAsync(() => _inner.PutAsync(key, content, options, cancellationToken), cancellationToken);

    public Task<PooledBuffer> GetAsync(
        ObjectKey key, ByteRange range, int maxBytes, CancellationToken cancellationToken) =>
        RetryAsync(() => _inner.GetAsync(key, range, maxBytes, cancellationToken), cancellationToken);

    public Task<ObjectInfo?> StatAsync(ObjectKey key, CancellationToken cancellationToken) =>
        RetryAsync(() => _inner.StatAsync(key, cancellationToken), cancellationToken);

    public Task DeleteAsync(ObjectKey key, CancellationToken cancellationToken) =>
        RetryAsync(
            async () =>
            {
                await _inner.DeleteAsync(key, cancellationToken);
                return true;
            },
            cancellationToken);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var budget = NewBudget();
        var given = new GivenNames(Capabilities.ListsInOrder);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            StoreException failure;
            var names = _inner.ListAsync(prefix, cancellationToken);
            await using (var listing = names.GetAsyncEnumerator(cancellationToken))
            {
                while (true)
                {
                    var (more, broken) = await TryMoveAsync(listing);
                    if (broken is not null)
                    {
                        failure = broken;
                        break;
                    }
                    if (!more)
                        yield break;
                    _hasAnswered = true;
                    if (!given.IsNew(listing.Current.Name))
                        continue;
                    // It moved on, so the failures of one name do not count against the next ones.
                    budget = NewBudget();
                    yield return listing.Current;
                }
            }
            await WaitOrThrowAsync(budget, failure, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    static async Task<(bool More, StoreException? Broken)> TryMoveAsync(IAsyncEnumerator<ObjectInfo> listing)
    {
        try
        {
            return (await listing.MoveNextAsync(), null);
        }
        catch (StoreException e)
        {
            return (More: false, e);
        }
    }

    /// <summary>Which names a listing gave before it broke.</summary>
    sealed class GivenNames(bool inOrder)
    {
        readonly HashSet<string>? _all = inOrder ? null : new HashSet<string>(StringComparer.Ordinal);
        string? _last;

        public bool IsNew(string name)
        {
            if (_all is not null)
                return _all.Add(name);
            if (_last is not null && string.CompareOrdinal(name, _last) <= 0)
                return false;
            _last = name;
            return true;
        }
    }

    async Task<T> RetryAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        var budget = NewBudget();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var result = await attempt();
                _hasAnswered = true;
                return result;
            }
            catch (StoreException e)
            {
                await WaitOrThrowAsync(budget, e, cancellationToken);
            }
        }
    }

    Task WaitOrThrowAsync(RetryBudget budget, StoreException failure, CancellationToken cancellationToken)
    {
        // A refusal is an answer too.
        if (failure.Kind != StoreErrorKind.Unavailable)
            _hasAnswered = true;
        var patience = _hasAnswered ? _options.Patience : _options.FirstPatience ?? _options.Patience;
        return budget.WaitOrThrowAsync(failure, patience, cancellationToken);
    }

    RetryBudget NewBudget() => new(_options, _time, _random);

    sealed class OwnVersions(RetryingStore store, IObjectVersions versions) : VersionsDecorator(versions)
    {
        protected override Task<T> RunAsync<T>(
            string request, Func<Task<T>> call, CancellationToken cancellationToken) =>
            store.RetryAsync(call, cancellationToken);
    }
}
