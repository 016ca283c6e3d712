namespace Cairn.Engine.Storage;

/// <summary>
/// How long the objects of a repository are locked. They get their lock in the PUT that stores them, for
/// <paramref name="Days"/> and the slack; what is needed gets it again when less than <paramref name="Days"/> are left.
/// So an object costs one request for each time the slack runs out, and none on all other days.
/// </summary>
/// <param name="Days">What is needed is locked for so many days more, at any time.</param>
/// <param name="SlackDays">At least one.</param>
public sealed record LeasePolicy(ObjectLockMode Mode, int Days, int SlackDays)
{
    /// <summary>A hundred years: the most that S3 takes.</summary>
    public const int DaysMax = 36500;

    const int SlackShare = 3;

    /// <summary>With the usual slack, a third.</summary>
    public static LeasePolicy Of(ObjectLockMode mode, int days) =>
        new(mode, days, (days + SlackShare - 1) / SlackShare);

    public bool IsValid => Days >= 1 && SlackDays >= 1 && (long)Days + SlackDays <= DaysMax;

    /// <summary>The least that may be left of a lock before it is renewed.</summary>
    public TimeSpan Minimum => TimeSpan.FromDays(Days);

    /// <summary>Hosts rely on what is there already if it is locked for so long at least.</summary>
    public TimeSpan ReusableMinimum => Minimum / 4;

    /// <summary>Hosts are told anew when what they were told is less than that; some time before they mind.</summary>
    public TimeSpan AnnouncedMinimum => Minimum * 3 / 4;

    /// <summary>The lock that an object gets with its PUT.</summary>
    public ObjectLock Lock => new(Mode, TimeSpan.FromDays(Days + SlackDays));

    /// <summary>The lock that one gets whose rest is below the minimum. A stronger mode stays.</summary>
    public HeldLock Renewed(HeldLock? held, DateTimeOffset now) => new(
        held is { Mode: ObjectLockMode.Compliance } ? ObjectLockMode.Compliance : Mode, now + Lock.Duration);

    public bool IsDue(HeldLock? held, DateTimeOffset now) => held is not { } known || known.Until < now + Minimum;
}
