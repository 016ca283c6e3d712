namespace Cairn.Tests.Protocol;

/// <summary>
/// Small worlds rather than one great one: a protocol of this kind that is wrong is wrong with two of each.
/// Blobs: 1 = x, 2 = y, 3 = both.
/// </summary>
static class Scenarios
{
    public static readonly Scenario HostAndMaintainer = new ScenarioBuilder("host, maintainer")
        .WithPack(blobs: 3).WithPack(blobs: 1)
        .WithHost(blobs: 3, runs: 2, restarts: true).WithMaintainer(rounds: 2, isBlind: true, restarts: true).Build();

    public static readonly Scenario TwoHosts = new ScenarioBuilder("two hosts, maintainer")
        .WithPack(blobs: 1)
        .WithHost(blobs: 1, runs: 2).WithHost(blobs: 1, runs: 2).WithMaintainer(rounds: 2).Build();

    public static readonly Scenario TwoMaintainers = new ScenarioBuilder("host, two maintainers")
        .WithPack(blobs: 1)
        .WithHost(blobs: 1, runs: 2).WithMaintainer(rounds: 2, isBlind: true).WithMaintainer(rounds: 2).Build();

    public static readonly Scenario Voiding = new ScenarioBuilder("host, two voiders, maintainer")
        .WithPack(blobs: 1)
        .WithHost(blobs: 1, runs: 2).WithVoider(rounds: 2).WithVoider(rounds: 1).WithMaintainer(rounds: 2).Build();

    public static readonly Scenario Checkpoints = new ScenarioBuilder("host with checkpoints, voider, maintainer")
        .WithHost(blobs: 3, runs: 2, checkpoints: true, restarts: true).WithVoider(rounds: 2)
        .WithMaintainer(rounds: 2).Build();

    public static readonly Scenario Repacking = new ScenarioBuilder("host, repacker, maintainer")
        .WithPack(blobs: 3).WithSnapshotOf(blobs: 1)
        .WithHost(blobs: 3, runs: 2).WithRepacker(rounds: 1, sources: 1).WithMaintainer(rounds: 2).Build();

    public static readonly Scenario RepackingBlindly = new ScenarioBuilder("repacker, two maintainers")
        .WithPack(blobs: 1).WithSnapshotOf(blobs: 1)
        .WithRepacker(rounds: 2, sources: 1).WithMaintainer(rounds: 2, isBlind: true)
        .WithMaintainer(rounds: 2, isBlind: true).Build();

    public static readonly Scenario TwoRepackers = new ScenarioBuilder("two repackers, maintainer")
        .WithPack(blobs: 1).WithSnapshotOf(blobs: 1)
        .WithRepacker(rounds: 2, sources: 1).WithRepacker(rounds: 2, sources: 0b11).WithMaintainer(rounds: 2).Build();

    /// <summary>A host may deduplicate against what is being moved, and its crashed run is voided meanwhile.</summary>
    public static readonly Scenario RepackingAndVoiding =
        new ScenarioBuilder("host, repacker, voider, maintainer")
            .WithPack(blobs: 1).WithSnapshotOf(blobs: 1)
            .WithHost(blobs: 1, runs: 2).WithRepacker(rounds: 1, sources: 1).WithVoider(rounds: 1)
            .WithMaintainer(rounds: 1).Build();

    public static readonly Scenario HostAndTwoRepackers =
        new ScenarioBuilder("host, two repackers, maintainer")
            .WithPack(blobs: 1).WithSnapshotOf(blobs: 1)
            .WithHost(blobs: 1, runs: 1).WithRepacker(rounds: 1, sources: 0b1).WithRepacker(rounds: 1, sources: 0b101)
            .WithMaintainer(rounds: 1).Build();

    public static readonly Scenario[] All =
    [
        HostAndMaintainer, TwoHosts, TwoMaintainers, Voiding, Checkpoints, Repacking, RepackingBlindly, TwoRepackers,
        RepackingAndVoiding, HostAndTwoRepackers,
    ];

    /// <summary>The smallest world in which a repacker's own look matters: its maintainer acts once only.</summary>
    public static readonly Scenario RepackingOnce = new ScenarioBuilder("repacker, maintainer")
        .WithPack(blobs: 1).WithSnapshotOf(blobs: 1)
        .WithRepacker(rounds: 1, sources: 1).WithMaintainer(rounds: 1).Build();
}
