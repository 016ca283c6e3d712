namespace Cairn.Tests.Protocol;

/// <summary>
/// Each rule is there because without it something is lost. The lengths of the shortest ways to that are the ones in
/// docs/design/commit-protocol.md: a change of the model that moves them is a change of the protocol.
/// </summary>
public class ProtocolRulesTests(ITestOutputHelper output)
{
    static readonly ProtocolRules All = ProtocolRules.All;

    [Fact]
    public void Without_packs_before_index_a_snapshot_names_a_pack_that_is_not_there() =>
        Fails(Scenarios.TwoHosts, All with { PacksBeforeIndex = false }, steps: 8);

    [Fact]
    public void Without_shunning_condemned_packs_a_snapshot_loses_a_pack() =>
        Fails(Scenarios.HostAndMaintainer, All with { CondemnedIsNeverReused = false }, steps: 12);

    [Fact]
    public void Without_the_announcement_before_the_look_a_snapshot_loses_a_pack() =>
        Fails(Scenarios.HostAndMaintainer, All with { HostAnnouncesBeforeItLooks = false }, steps: 12);

    [Fact]
    public void Without_the_hosts_look_at_condemnations_a_snapshot_loses_a_pack() =>
        Fails(Scenarios.HostAndMaintainer, All with { HostLooksForCondemnations = false }, steps: 11);

    [Fact]
    public void Without_the_hosts_last_look_a_reported_snapshot_becomes_void() =>
        Fails(Scenarios.Voiding, All with { HostLooksLast = false }, steps: 9);

    [Fact]
    public void Without_heed_of_proposals_a_reported_snapshot_becomes_void() =>
        Fails(Scenarios.Voiding, All with { LastLookHeedsProposals = false }, steps: 10);

    [Fact]
    public void Without_interim_ledgers_a_running_session_loses_what_it_stored() =>
        Fails(Scenarios.Checkpoints, All with { CheckpointsAnnounce = false }, steps: 13);

    [Fact]
    public void Without_the_limit_to_condemned_packs_a_snapshot_loses_a_pack() =>
        Fails(Scenarios.HostAndMaintainer, All with { OnlyCondemnedIsDeleted = false }, steps: 12);

    [Fact]
    public void Without_the_maintainers_look_a_snapshot_loses_a_pack() =>
        Fails(Scenarios.TwoHosts, All with { MaintainerLooks = false }, steps: 9);

    [Fact]
    public void Without_a_look_begun_after_the_condemnation_was_read_a_snapshot_loses_a_pack() =>
        Fails(Scenarios.TwoMaintainers, All with { LookBeginsAfterCondemnation = false }, steps: 16);

    [Fact]
    public void Without_a_deletion_list_made_from_the_look_a_snapshot_loses_a_pack() =>
        Fails(Scenarios.TwoHosts, All with { DeletionListFollowsLook = false }, steps: 14);

    [Fact]
    public void Without_a_deletion_list_before_the_deletion_a_pack_is_missing_without_a_reason() =>
        Fails(Scenarios.TwoHosts, All with { DeletionListPrecedesDeletion = false }, steps: 8);

    [Fact]
    public void Without_condemnations_for_ever_a_snapshot_loses_a_pack() =>
        Fails(Scenarios.TwoMaintainers, All with { CondemnationIsForEver = false }, steps: 17);

    [Fact]
    public void Without_condemnations_that_outlive_their_pack_a_snapshot_names_a_deleted_pack() =>
        Fails(Scenarios.HostAndMaintainer, All with { CondemnationOutlivesPack = false }, steps: 12);

    [Fact]
    public void Without_waiting_for_the_final_void_a_snapshot_loses_a_pack() =>
        Fails(Scenarios.Voiding, All with { OnlyFinalVoidsFree = false }, steps: 14);

    [Fact]
    public void Without_the_announcement_of_a_move_a_snapshot_loses_a_pack() =>
        Fails(Scenarios.TwoRepackers, All with { MovesAreAnnounced = false }, steps: 11);

    [Fact]
    public void Without_any_look_at_the_new_pack_of_a_move_a_snapshot_loses_both_packs()
    {
        var rules = All with { RepackerLooks = false, MovesToCondemnedFreeNothing = false };
        Fails(Scenarios.RepackingOnce, rules, steps: 18);
    }

    [Fact]
    public void Without_following_all_moves_a_snapshot_loses_all_packs() =>
        Fails(Scenarios.TwoRepackers, All with { AllMovesAreFollowed = false }, steps: 23);

    [Fact]
    public void Without_heed_of_condemned_targets_in_every_look_a_snapshot_loses_both_packs() =>
        Fails(Scenarios.TwoRepackers, All with { MovesToCondemnedFreeNothing = false }, steps: 18);

    [Fact]
    public void Without_retired_listed_after_moves_a_snapshot_loses_both_packs() =>
        Fails(Scenarios.RepackingBlindly, All with { RetiredIsListedAfterMoves = false }, steps: 20);

    [Fact]
    public void Without_a_proposal_a_reported_snapshot_becomes_void() =>
        Fails(Scenarios.Voiding, All with { VoidsAreProposed = false }, steps: 8);

    [Fact]
    public void Without_the_voiders_look_a_reported_snapshot_becomes_void() =>
        Fails(Scenarios.Voiding, All with { VoiderLooks = false }, steps: 9);

    // The protocol does not promise this, so nobody may take a ledger without a snapshot for damage.
    [Fact]
    public void A_ledger_whose_writer_has_not_looked_keeps_nothing() =>
        Fails(new ProtocolModel(Scenarios.TwoHosts, All, everyLedgerKeeps: true), steps: 11);

    [Fact]
    public void The_model_has_a_test_for_every_rule()
    {
        var rules = typeof(ProtocolRules).GetProperties().Where(property => property.PropertyType == typeof(bool));
        var options = new[]
        {
            nameof(ProtocolRules.LastLookHeedsCondemnations), nameof(ProtocolRules.ListingsAreWhole),
            nameof(ProtocolRules.RepackerLooks),
        };
        var tests = typeof(ProtocolRulesTests).GetMethods()
            .Count(method => method.Name.StartsWith("Without_", StringComparison.Ordinal));
        // One more: the test in which both looks at the new pack of a move are left out.
        Assert.Equal(rules.Count() - options.Length + 1, tests);
    }

    void Fails(Scenario scenario, ProtocolRules rules, int steps) =>
        Fails(new ProtocolModel(scenario, rules), steps);

    void Fails(ProtocolModel model, int steps)
    {
        var exploration = new Explorer<State>(model).Run();
        Assert.NotNull(exploration.Violation);
        output.WriteLine(model.Print(exploration));
        output.WriteLine($"{exploration.States} states");
        Assert.Equal(steps, exploration.Trace.Count - 1);
    }
}
