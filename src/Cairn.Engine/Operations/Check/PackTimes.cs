namespace Cairn.Engine.Operations.Check;

/// <summary>What is remembered of a pack, in seconds since 1970.</summary>
/// <param name="Known">Since when it is known to be there.</param>
/// <param name="Verified">When it was last read whole and found good; <see cref="Never"/> if it was not yet.</param>
readonly record struct PackTimes(long Known, long Verified)
{
    public const long Never = 0;

    public bool IsVerified => Verified != Never;

    /// <summary>When it has to be read again at the latest.</summary>
    public long Due(TimeSpan within) => (IsVerified ? Verified : Known) + (long)within.TotalSeconds;

    /// <summary>What two runs that knew nothing of each other remember, together.</summary>
    public PackTimes With(PackTimes other) =>
        new(Math.Min(Known, other.Known), Math.Max(Verified, other.Verified));
}
