namespace Cairn.Simulation;

/// <summary>What a life has beside backups, maintenance, readers and damage.</summary>
enum LifeKind
{
    Plain,
    /// <summary>Objects are locked, and locks renewed; whatever is not locked is removed.</summary>
    Leases,
    /// <summary>Snapshots are copied into a second repository.</summary>
    Copies,
}

static class LifeKinds
{
    const int SeedsPerTurn = 6;

    /// <summary>One life of six has leases, and one copies. A rule that is broken is one of its own kind.</summary>
    public static LifeKind Of(ulong seed, Mutation mutation) => mutation switch
    {
        Mutation.None => (seed % SeedsPerTurn) switch
        {
            2 => LifeKind.Leases,
            5 => LifeKind.Copies,
            _ => LifeKind.Plain,
        },
        Mutation.LapseUncondemned or Mutation.NoLookAfterLapse or Mutation.LockBoundUnheeded => LifeKind.Leases,
        Mutation.CopyWithoutLook => LifeKind.Copies,
        _ => LifeKind.Plain,
    };

    /// <summary>
    /// In some lives actors wait for each other at the moments for which a rule was made that chance alone hardly ever
    /// finds: in all if that rule is broken, in none if it is another.
    /// </summary>
    public static bool HasMeetings(ulong seed, Mutation mutation) => mutation switch
    {
        Mutation.None => seed % (2 * SeedsPerTurn) is 3 or 8,
        Mutation.RetiredBeforeMoves or Mutation.LapseUncondemned or Mutation.NoLookAfterLapse => true,
        _ => false,
    };
}
