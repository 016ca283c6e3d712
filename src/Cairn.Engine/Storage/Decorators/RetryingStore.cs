using System.Runtime.CompilerServices;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// Tries again what failed in a way that may pass (<see cref="StoreException.IsTransient"/>), with growing, jittered
/// pauses. Safe for every member: a repeated PUT whose first response was lost answers
/// <see cref="PutOutcome.AlreadyThere"/>. A listing that breaks continues behind the last name it gave.
/// </summary>
public sealed class RetryingStore : RequestDecorator
{
    readonly IObjectStore _inner;
    readonly RetryOptions _options;
    readonly TimeProvider _time;
    readonly Func<double> _random;
    volatile bool _hasAnswered;

    /// <param name="random">Uniform in [0, 1): for the jitter. Called concurrently.</param>
    public RetryingStore(IObjectStore inner, RetryOptions options, TimeProvider time, Func<double> random) : base(inner)
    {
        options.Validate();
        _inner = inner;
        _options = options;
        _time = time;
        _random = random;
    }

    public override async IAsyncEnumerable<ObjectInfo> ListAsync(
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

    private protected override async Task<T> RunAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        var budget = NewBudget();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var result = await request();
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
}
