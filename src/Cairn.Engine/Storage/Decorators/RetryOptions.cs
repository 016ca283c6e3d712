using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage.Decorators;

/// <summary>
/// How long to go on with a store that fails. Whichever of <see cref="AttemptsMax"/> and <see cref="Patience"/> is
/// reached first ends it.
/// </summary>
public sealed record RetryOptions
{
    /// <summary>Calls in all, the first one included; at least 1.</summary>
    public int AttemptsMax { get; init; } = 12;

    /// <summary>No further attempt begins later than this after the first one began.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The patience while the store has not answered at all yet: a mistyped address should not be waited for as long
    /// as a server that is being restarted. Null for the same.
    /// </summary>
    public TimeSpan? FirstPatience { get; init; }

    /// <summary>Told of every wait before it begins: the failure, and how long.</summary>
    public Action<StoreException, TimeSpan>? Waiting { get; init; }

    /// <summary>The longest wait before the second attempt; it doubles from attempt to attempt.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>No wait is longer, however many attempts failed.</summary>
    public TimeSpan DelayMax { get; init; } = TimeSpan.FromSeconds(60);

    internal void Validate()
    {
        Invariant.That(AttemptsMax >= 1);
        Invariant.That(Patience >= TimeSpan.Zero);
        Invariant.That(FirstPatience is null || FirstPatience <= Patience);
        Invariant.That(FirstDelay > TimeSpan.Zero);
        Invariant.That(DelayMax >= FirstDelay);
    }
}
