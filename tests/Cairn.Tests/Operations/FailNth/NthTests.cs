using Cairn.Testing;

namespace Cairn.Tests.Operations.FailNth;

/// <summary>
/// Of every operation the first, second, third … call at every seam fails in every way that the seam knows, until the
/// operation makes fewer calls. Each time: it is told (INV-6); what was committed restores and a check finds no damage
/// (INV-1), nothing is overwritten or gone (INV-2), nothing wrong is restored (INV-3), no buffer is kept (INV-8); and a
/// plain rerun succeeds, also if power is cut right behind it and local state is lost with that (INV-7).
/// By default each call fails in a few of the ways, in turn; CAIRN_FAULTS=all takes all of them.
/// </summary>
public sealed class NthTests
{
    public static TheoryData<string, NthSeam> Cases
    {
        get
        {
            var cases = new TheoryData<string, NthSeam>();
            foreach (var name in NthOperations.All.Keys)
            {
                cases.Add(name, NthSeam.Store);
                cases.Add(name, NthSeam.Disk);
                if (name.EndsWith("backup", StringComparison.Ordinal) || name is "restore" or "check" or "prune"
                    or "copy into"
                    or "repair")
                    cases.Add(name, NthSeam.State);
            }
            cases.Add("restore", NthSeam.Target);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Whichever_call_fails_nothing_is_lost_and_a_rerun_succeeds(string name, NthSeam seam)
    {
        var operation = NthOperations.All[name];
        var before = new PowerCutWorld(seed: 3);
        await operation.Prepare(before);
        using var folder = new TemporaryFolder();
        var tries = 0;
        for (var ordinal = 1; ; ordinal++)
        {
            var isOver = true;
            foreach (var failure in Choose(seam, ordinal))
            {
                var attempt = new NthAttempt(operation, seam, ordinal, failure, $"{folder.Path}/{++tries}");
                try
                {
                    isOver &= !await attempt.RunAsync(before);
                }
                // Whatever is wrong, the message says where.
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Assert.Fail($"{name}, {seam} call {ordinal} ({attempt.Call}), {failure}: {e}");
                }
            }
            if (isOver)
                break;
        }
        TestContext.Current.SendDiagnosticMessage("{0}, {1}: {2} failures", name, seam, tries);
        Assert.True(tries > 3, $"only {tries} failures");
    }

    static IEnumerable<NthFailure> Choose(NthSeam seam, int ordinal)
    {
        var all = NthFailure.Of(seam);
        // These calls are many, and each comes again in another operation.
        var ways = Environment.GetEnvironmentVariable("CAIRN_FAULTS") == "all" ? all.Count
            : Math.Min(all.Count, seam is NthSeam.Disk or NthSeam.State ? 1 : 3);
        return Enumerable.Range(0, ways).Select(i => all[(ordinal * ways + i) % all.Count]);
    }
}
