namespace Cairn.Tests.Protocol;

/// <summary>
/// The rules of docs/design/commit-protocol.md, each of which can be switched off to see what it is for. The
/// numbers are those of that document.
/// </summary>
sealed record ProtocolRules
{
    public static readonly ProtocolRules All = new();

    /// <summary>H1: a pack is stored before the index names it.</summary>
    public bool PacksBeforeIndex { get; init; } = true;

    /// <summary>H2: nothing that is known to be condemned is deduplicated against.</summary>
    public bool CondemnedIsNeverReused { get; init; } = true;

    /// <summary>H3: the ledger is stored before the first look.</summary>
    public bool HostAnnouncesBeforeItLooks { get; init; } = true;

    /// <summary>H4: between ledger and snapshot the host looks for condemnations.</summary>
    public bool HostLooksForCondemnations { get; init; } = true;

    /// <summary>H5: after the snapshot the host looks once more before it reports.</summary>
    public bool HostLooksLast { get; init; } = true;

    /// <summary>H5: that last look heeds proposals to void, not only final voids.</summary>
    public bool LastLookHeedsProposals { get; init; } = true;

    /// <summary>Not a rule: a host may also heed, in its last look, condemnations newer than its first.</summary>
    public bool LastLookHeedsCondemnations { get; init; }

    /// <summary>Not a rule: off, maintainers read ledgers and moves one by one, in any order.</summary>
    public bool ListingsAreWhole { get; init; } = true;

    /// <summary>H6: a checkpoint announces an interim ledger.</summary>
    public bool CheckpointsAnnounce { get; init; } = true;

    /// <summary>M1: only what was condemned is deleted.</summary>
    public bool OnlyCondemnedIsDeleted { get; init; } = true;

    /// <summary>M2: ledgers, moves and retired are listed again after the condemnation.</summary>
    public bool MaintainerLooks { get; init; } = true;

    /// <summary>M3: a look counts only for condemnations that were read before it began.</summary>
    public bool LookBeginsAfterCondemnation { get; init; } = true;

    /// <summary>M4: the deletion list is made from the look, not from the plan before it.</summary>
    public bool DeletionListFollowsLook { get; init; } = true;

    /// <summary>M5: the deletion list is stored before the first deletion.</summary>
    public bool DeletionListPrecedesDeletion { get; init; } = true;

    /// <summary>M6: a condemnation is never lifted.</summary>
    public bool CondemnationIsForEver { get; init; } = true;

    /// <summary>M6: nor is it dropped when the pack is gone.</summary>
    public bool CondemnationOutlivesPack { get; init; } = true;

    /// <summary>M7: a ledger counts until its void is final.</summary>
    public bool OnlyFinalVoidsFree { get; init; } = true;

    /// <summary>R1: a move is announced before anything is deleted on the strength of it.</summary>
    public bool MovesAreAnnounced { get; init; } = true;

    /// <summary>R2: the repacker looks whether its new pack was condemned before it condemns the old one.</summary>
    public bool RepackerLooks { get; init; } = true;

    /// <summary>R3: ledger rows are followed through all moves; where they conflict all targets live.</summary>
    public bool AllMovesAreFollowed { get; init; } = true;

    /// <summary>R4: a move to a condemned pack frees nothing, whoever looks.</summary>
    public bool MovesToCondemnedFreeNothing { get; init; } = true;

    /// <summary>R5: in a look, retired is listed after moves.</summary>
    public bool RetiredIsListedAfterMoves { get; init; } = true;

    /// <summary>V1: a void is proposed before it is final.</summary>
    public bool VoidsAreProposed { get; init; } = true;

    /// <summary>V2: after the proposal the voider looks for the snapshot.</summary>
    public bool VoiderLooks { get; init; } = true;
}
