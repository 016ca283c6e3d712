using System.Runtime.ExceptionServices;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// Attempts and time that one operation has left. Not thread-safe: one operation owns it.
/// </summary>
sealed class RetryBudget(RetryOptions options, TimeProvider time, Func<double> random)
{
    readonly long _start = time.GetTimestamp();
    int _attempts;

    /// <summary>Called after a failure: waits until it is time for the next attempt, or throws the failure.</summary>
    /// <param name="patience">By what is known of the store now.</param>
    public async Task WaitOrThrowAsync(
        StoreException failure, TimeSpan patience, CancellationToken cancellationToken)
    {
        _attempts++;
        var delay = NextDelay();
        var elapsed = time.GetElapsedTime(_start);
        if (!failure.IsTransient || _attempts >= options.AttemptsMax || elapsed + delay > patience)
            Throw(failure, elapsed);
        options.Waiting?.Invoke(failure, delay);
        await Task.Delay(delay, time, cancellationToken);
    }

    // Between half and all of the exponential step: many clients that failed together do not come back together, and
    // none comes back at once.
    TimeSpan NextDelay()
    {
        var step = options.FirstDelay * Math.Pow(2, Math.Min(_attempts - 1, 30));
        var capped = step < options.DelayMax ? step : options.DelayMax;
        return capped * (0.5 + random() / 2);
    }

    void Throw(StoreException failure, TimeSpan elapsed)
    {
        if (_attempts == 1)
            ExceptionDispatchInfo.Throw(failure);
        throw new StoreException(
            failure.Kind,
            FormattableString.Invariant(
                $"{failure.Message} (gave up after {_attempts} attempts in {elapsed.TotalSeconds:0.#} s)"),
            failure.Key, failure);
    }
}
