using System.Collections.Concurrent;
using Xunit;

namespace Cairn.Simulation;

/// <summary>
/// A bounded campaign for every run of ./test. By hand:
/// <c>dotnet run -c Release --project tests/Cairn.Simulation -- --minutes 10</c>.
/// </summary>
public sealed class SimulationTests
{
    const int Batches = 10;
    const int SeedsPerBatch = 30;
    const int StepsShown = 80;
    const int SeedsPerMutation = 400;

    static readonly ConcurrentDictionary<int, Lazy<Campaign>> Campaigns = new();

    public static TheoryData<int> BatchNumbers => [.. Enumerable.Range(0, Batches)];

    [Theory]
    [MemberData(nameof(BatchNumbers))]
    public void Invariants_hold_in_every_state_of_thirty_lives_INV_1_INV_2_INV_3_INV_4_INV_6_INV_7_INV_8(int batch)
    {
        var campaign = CampaignOf(batch);
        Assert.Equal(SeedsPerBatch, campaign.Seeds);
        Assert.True(
            campaign.Violations.Count == 0,
            string.Join("\n\n", campaign.Violations.Select(life => life.Describe(StepsShown))));
    }

    [Fact]
    public void Every_kind_of_fault_and_event_came_at_least_once()
    {
        var coverage = new Coverage();
        for (var batch = 0; batch < Batches; batch++)
            coverage.Add(CampaignOf(batch).Coverage);
        Assert.True(!coverage.Missing.Any(), $"never: {string.Join(", ", coverage.Missing)}\n{coverage}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(77)]
    public void A_seed_replays_step_by_step_and_byte_by_byte(ulong seed)
    {
        var (first, second) = (new Life(seed).Run(), new Life(seed).Run());
        for (var i = 0; i < Math.Min(first.Log.Count, second.Log.Count); i++)
            Assert.True(first.Log[i] == second.Log[i], $"step {i}:\n{first.Log[i]}\n{second.Log[i]}");
        Assert.Equal(
            (first.LogHash, first.StoreHash, first.Steps), (second.LogHash, second.StoreHash, second.Steps));
        Assert.NotEqual(first.LogHash, new Life(seed + 1000).Run().LogHash);
    }

    /// <summary>
    /// The proof of the proof: with a rule of the protocol broken the simulation finds the loss. It begins where it was
    /// found once; after a change of the engine it may take some seeds more.
    /// </summary>
    [Theory]
    [InlineData(Mutation.StaleListing, 83)]
    [InlineData(Mutation.LookBehindNewest, 62)]
    [InlineData(Mutation.UnverifiedPassedOver, 28)]
    [InlineData(Mutation.PacksLate, 1)]
    [InlineData(Mutation.CondemnedUsed, 1)]
    [InlineData(Mutation.LookBeforeAnnouncing, 35)]
    [InlineData(Mutation.NoLook, 9)]
    [InlineData(Mutation.LastLookBlind, 53)]
    [InlineData(Mutation.UncondemnedDeleted, 1)]
    [InlineData(Mutation.NoSecondLook, 1)]
    [InlineData(Mutation.LookCountsForNew, 25)]
    [InlineData(Mutation.ListFromPlan, 1)]
    [InlineData(Mutation.DeletionUnlisted, 1)]
    [InlineData(Mutation.ProposalFrees, 11)]
    [InlineData(Mutation.MoveUnannounced, 1)]
    [InlineData(Mutation.OneMoveFollowed, 4)]
    [InlineData(Mutation.MoveTrusted, 1)]
    [InlineData(Mutation.RetiredBeforeMoves, 3)]
    [InlineData(Mutation.VoidUnproposed, 37)]
    [InlineData(Mutation.VoidWithoutLook, 12)]
    [InlineData(Mutation.LapseUncondemned, 3)]
    [InlineData(Mutation.NoLookAfterLapse, 3)]
    [InlineData(Mutation.LockBoundUnheeded, 1)]
    [InlineData(Mutation.CopyWithoutLook, 3)]
    public void A_broken_rule_of_the_protocol_is_found(object rule, ulong from)
    {
        var campaign = new Campaign(Environment.ProcessorCount);
        campaign.Run(from, SeedsPerMutation, (Mutation)rule, () => campaign.Violations.Count > 0);
        Assert.True(campaign.Violations.Count > 0, $"{rule} broken, and nothing found in {campaign.Seeds} seeds");
        Assert.All(campaign.Violations, life => Assert.Matches("INV-1|INV-4|P2|L3", life.Violation));
    }

    static Campaign CampaignOf(int batch) => Campaigns.GetOrAdd(batch, number => new Lazy<Campaign>(() =>
    {
        var campaign = new Campaign(Environment.ProcessorCount);
        campaign.Run((ulong)(1 + number * SeedsPerBatch), SeedsPerBatch);
        return campaign;
    })).Value;
}
