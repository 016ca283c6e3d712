using System.Diagnostics;

namespace Cairn.Tests.Protocol;

public class CommitProtocolTests(ITestOutputHelper output)
{
    public static TheoryData<string> ScenarioNames => [.. Scenarios.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(ScenarioNames))]
    public void Every_reachable_state_keeps_what_a_committed_snapshot_needs(string name)
    {
        var model = new ProtocolModel(Scenarios.All.Single(scenario => scenario.Name == name), ProtocolRules.All);
        var watch = Stopwatch.StartNew();
        var exploration = new Explorer<State>(model).Run();
        output.WriteLine($"{name}: {exploration.States} states, depth {exploration.Depth}, " +
            $"{(Milestones)exploration.Milestones}, {watch.ElapsedMilliseconds} ms");
        Assert.True(exploration.Violation is null, model.Print(exploration));
    }
}
