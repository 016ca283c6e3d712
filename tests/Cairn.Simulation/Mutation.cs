namespace Cairn.Simulation;

/// <summary>
/// A rule of docs/design/commit-protocol.md that somebody in the world breaks: to prove that the simulation would
/// notice. Those of hosts are broken by hiding things from the engine (<see cref="Hosts.BlindStore"/>), those of
/// maintainers in the scripted one.
/// </summary>
enum Mutation
{
    None,
    /// <summary>H1: a pack is taken for stored when it is only about to be.</summary>
    PacksLate,
    /// <summary>H2: what was condemned before the run began is used again.</summary>
    CondemnedUsed,
    /// <summary>H3: the look comes before the announcement.</summary>
    LookBeforeAnnouncing,
    /// <summary>H4: no look between ledger and snapshot.</summary>
    NoLook,
    /// <summary>H5: the last look heeds nothing.</summary>
    LastLookBlind,
    /// <summary>S1: a host's listing misses what was put in the minute before it.</summary>
    StaleListing,
    /// <summary>S2: a look leaves out what has an older name than the newest it knows.</summary>
    LookBehindNewest,
    /// <summary>S4: a maintainer passes over ledgers that it cannot verify.</summary>
    UnverifiedPassedOver,
    /// <summary>M1: packs go that were never condemned.</summary>
    UncondemnedDeleted,
    /// <summary>M2: nobody looks again after the condemnation.</summary>
    NoSecondLook,
    /// <summary>M4: the deletion list is made from the look that led to the condemnation.</summary>
    ListFromPlan,
    /// <summary>M3: a look counts for condemnations that show only in it.</summary>
    LookCountsForNew,
    /// <summary>M5: packs are deleted before the list says so.</summary>
    DeletionUnlisted,
    /// <summary>M7: a proposal frees a ledger.</summary>
    ProposalFrees,
    /// <summary>R1: moves are stored last.</summary>
    MoveUnannounced,
    /// <summary>R3: of several moves of a pack one is followed.</summary>
    OneMoveFollowed,
    /// <summary>R4: a move frees a place, whatever became of its new pack.</summary>
    MoveTrusted,
    /// <summary>R5: what was retired is listed before the moves.</summary>
    RetiredBeforeMoves,
    /// <summary>V1: made void without a proposal.</summary>
    VoidUnproposed,
    /// <summary>V2: made void without a look for the snapshot.</summary>
    VoidWithoutLook,
    /// <summary>L1: what lapses is condemned only when all else is done.</summary>
    LapseUncondemned,
    /// <summary>L2: nobody looks again once what lapses is condemned.</summary>
    NoLookAfterLapse,
    /// <summary>L3: hosts rely on old packs though nobody has promised for long that they stay locked.</summary>
    LockBoundUnheeded,
    /// <summary>H4, of who copies.</summary>
    CopyWithoutLook,
}
