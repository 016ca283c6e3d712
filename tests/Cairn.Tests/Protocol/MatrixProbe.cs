using System.Reflection;
namespace Cairn.Tests.Protocol;
public class MatrixProbe(ITestOutputHelper output)
{
    [Fact]
    public void Matrix()
    {
        var text = new System.Text.StringBuilder();
        foreach (var property in typeof(ProtocolRules).GetProperties().Where(p => p.PropertyType == typeof(bool)))
        {
            var rules = ProtocolRules.All with { };
            property.SetValue(rules, !(bool)property.GetValue(rules)!);
            (Exploration<State> e, ProtocolModel m)? best = null;
            foreach (var scenario in Scenarios.All)
            {
                var model = new ProtocolModel(scenario, rules);
                var e = new Explorer<State>(model).Run();
                text.AppendLine($"{property.Name,-32} {scenario.Name,-45} {e.States,9} {(e.Violation is null ? "safe" : (e.Trace.Count - 1).ToString())}");
                if (e.Violation is not null && (best is null || e.Trace.Count < best.Value.e.Trace.Count)) best = (e, model);
            }
            if (best is { } b) text.AppendLine(b.m.Print(b.e));
        }
        foreach (var (r2, r4) in new[] { (true, true), (true, false), (false, true), (false, false) })
        {
            var model = new ProtocolModel(Scenarios.RepackingOnce, ProtocolRules.All with { RepackerLooks = r2, MovesToCondemnedFreeNothing = r4 });
            var e = new Explorer<State>(model).Run();
            text.AppendLine($"once look={r2} r4={r4} {e.States} {(Milestones)e.Milestones} {(e.Violation is null ? "safe" : model.Print(e))}");
        }
        foreach (var scenario in Scenarios.All)
        {
            var model = new ProtocolModel(scenario, ProtocolRules.All, true);
            var e = new Explorer<State>(model).Run();
            text.AppendLine($"every ledger keeps {scenario.Name,-45} {e.States,9} {(e.Violation is null ? "safe" : (e.Trace.Count - 1).ToString())}");
        }
        System.IO.File.WriteAllText("/tmp/matrix.txt", text.ToString());
        output.WriteLine("done");
    }
}
