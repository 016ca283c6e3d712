using static Cairn.Tests.Protocol.Milestones;

namespace Cairn.Tests.Protocol;

/// <summary>INV-1 and INV-4 of the commit protocol, in every state that small worlds can reach.</summary>
public class CommitProtocolTests(ITestOutputHelper output)
{
    const Milestones HostAtWork = Commit | Deduplication | Deletion | Spared;

    /// <summary>Every configuration with what it must show to be possible, or it would be safe because idle.</summary>
    public static TheoryData<string, uint> Configurations => new()
    {
        { Scenarios.HostAndMaintainer.Name, (uint)(HostAtWork | CommitAfterAll) },
        { Scenarios.TwoHosts.Name, (uint)(HostAtWork | CommitAfterAll) },
        { Scenarios.TwoMaintainers.Name, (uint)(HostAtWork | CommitAfterAll) },
        { Scenarios.Voiding.Name, (uint)(HostAtWork | CommitAfterAll | Milestones.Void) },
        { Scenarios.Checkpoints.Name, (uint)(Commit | CommitAfterAll | Deletion | Spared | Milestones.Void) },
        { Scenarios.Repacking.Name, (uint)(HostAtWork | CommitAfterAll | Repack) },
        { Scenarios.RepackingBlindly.Name, (uint)(Deletion | Spared | Repack) },
        { Scenarios.TwoRepackers.Name, (uint)(Deletion | Spared | Repack) },
        { Scenarios.RepackingAndVoiding.Name, (uint)(HostAtWork | CommitAfterAll | Repack | Milestones.Void) },
        { Scenarios.HostAndTwoRepackers.Name, (uint)(HostAtWork | Repack) },
    };

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Every_reachable_state_keeps_what_a_committed_snapshot_needs(string name, uint expected)
    {
        var scenario = Scenarios.All.Single(scenario => scenario.Name == name);

        var exploration = Explore(scenario, ProtocolRules.All);

        Assert.Equal((Milestones)expected, (Milestones)exploration.Milestones);
    }

    [Fact]
    public void No_configuration_is_left_out() =>
        Assert.Equal(Scenarios.All.Select(scenario => scenario.Name), Configurations.Select(row => row.Data.Item1));

    [Fact]
    public void A_host_may_store_again_for_a_condemnation_first_seen_in_its_last_look() =>
        Explore(Scenarios.TwoHosts, ProtocolRules.All with { LastLookHeedsCondemnations = true });

    [Fact]
    public void Listings_may_show_any_part_of_what_is_stored_while_they_run()
    {
        var rules = ProtocolRules.All with { ListingsAreWhole = false };
        foreach (var scenario in new[] { Scenarios.TwoHosts, Scenarios.TwoRepackers, Scenarios.RepackingBlindly })
            Explore(scenario, rules);
    }

    // R4 makes R2 a courtesy: it spares a pack that is needed a condemnation for ever.
    [Fact]
    public void Without_the_repackers_look_nothing_is_lost_as_long_as_moves_to_condemned_packs_free_nothing()
    {
        foreach (var scenario in new[] { Scenarios.RepackingOnce, Scenarios.Repacking, Scenarios.RepackingBlindly })
            Explore(scenario, ProtocolRules.All with { RepackerLooks = false });
    }

    [Fact]
    public void A_repackers_look_alone_suffices_where_nobody_else_relies_on_its_move() =>
        Explore(Scenarios.RepackingOnce, ProtocolRules.All with { MovesToCondemnedFreeNothing = false });

    Exploration<State> Explore(Scenario scenario, ProtocolRules rules)
    {
        var model = new ProtocolModel(scenario, rules);
        var exploration = new Explorer<State>(model).Run();
        output.WriteLine($"{scenario.Name}: {exploration.States} states, {exploration.Depth} steps deep");
        Assert.True(exploration.Violation is null, model.Print(exploration));
        return exploration;
    }
}
