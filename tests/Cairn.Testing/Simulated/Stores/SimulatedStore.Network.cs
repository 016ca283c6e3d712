using Cairn.Engine.Storage;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Stores;

namespace Cairn.Testing.Simulated.Stores;

/// <summary>The way of one request through hooks, faults, crashes and standstill.</summary>
public sealed partial class SimulatedStore
{
    readonly SimulatedProcess _process = new(caller.Name);

    /// <summary>
    /// Awaited before each call and after each request that arrived: a place for another actor to step in between.
    /// His calls go through a store of his own.
    /// </summary>
    public Func<SimulatedCall, Task>? BeforeCall { get; set; }

    public Func<SimulatedCall, Task>? AfterRequest { get; set; }

    /// <summary>Calls made so far: what a loop over crash points counts up to.</summary>
    public int Calls => _process.Calls;

    /// <summary>The process dies at that call (from 1); every later one throws, and none of them arrives.</summary>
    public void CrashAt(int number, CrashMoment moment = CrashMoment.Before) => _process.CrashAt(number, moment);

    /// <summary>The process dies now, of something else than a call.</summary>
    public void Crash(string cause) => _process.Die(cause);

    public bool HasCrashed => _process.IsDead;

    /// <summary>
    /// From now on each request is sent and gets stuck on its way, until <see cref="Unfreeze"/>: it commits later,
    /// and its caller knows nothing of what happened meanwhile.
    /// </summary>
    public void Freeze() => _process.Freeze();

    public void Unfreeze() => _process.Unfreeze();

    /// <param name="begin">Sends the request; what it returns lets it arrive.</param>
    async Task<(T Answer, CallFate Fate)> SendAsync<T>(
        StoreMember member, string name, Func<Func<T>> begin, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = _process.Enter(member, name);
        if (BeforeCall is { } before)
            await before(call);
        var fate = options.Faults.Decide(call);
        bucket.Log.Note($"{call}: {fate}");
        if (fate.Duration > TimeSpan.Zero)
            await Task.Delay(fate.Duration, bucket.Clock, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        _process.Pass(call, CrashMoment.Before);
        var (answer, refusal) = fate.ReachesTheBucket ? await ArriveAsync(call, begin()) : default;
        _process.Pass(call, CrashMoment.After);
        // Only a GET can be cut, and its body is not here: who reads it finds out.
        if (fate.Fault == SimulatedFault.None || (fate.Fault == SimulatedFault.Truncated && member == StoreMember.Get))
            return refusal is null ? (answer!, fate) : throw Failure(call, refusal);
        throw Failure(call, AnswerOf(fate.Fault, member));
    }

    async Task<(T? Answer, S3Exception? Refusal)> ArriveAsync<T>(SimulatedCall call, Func<T> commit)
    {
        await _process.WhileFrozenAsync();
        var (answer, refusal) = (default(T), default(S3Exception));
        try
        {
            answer = commit();
        }
        catch (S3Exception e)
        {
            refusal = e;
        }
        if (AfterRequest is { } after)
            await after(call);
        return (answer, refusal);
    }

    /// <summary>What the server says instead; null where no word of it comes back.</summary>
    static S3Exception? AnswerOf(SimulatedFault fault, StoreMember member) =>
        fault switch
        {
            SimulatedFault.Throttled => S3Errors.SlowDown(),
            SimulatedFault.Conflict when member == StoreMember.Put => S3Errors.ConditionalRequestConflict(),
            SimulatedFault.Refused => S3Errors.AccessDenied(),
            _ => null,
        };

    StoreException Failure(SimulatedCall call, S3Exception? answer) =>
        new(
            answer is null ? StoreErrorKind.Unavailable : S3ErrorKinds.Of(answer),
            $"{call.Name}: {answer?.Message ?? "no answer came"} (call {call}; {options.Faults})",
            ObjectKey.TryParse(call.Name, out var key) ? key : null, answer);
}
