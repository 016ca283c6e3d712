using System.Diagnostics;
using System.Globalization;

namespace Cairn.Tests.Fuzzing;

/// <summary>
/// Every decoder against mutated input (docs/design/verification.md). <c>CAIRN_FUZZ_SECONDS</c> gives each so many
/// seconds, <c>CAIRN_FUZZ_SEED</c> another seed, <c>CAIRN_FUZZ_TARGET</c> chooses by a part of the name, and
/// <c>CAIRN_FUZZ_REPORT</c> is a file for figures and for inputs worth keeping.
/// </summary>
public class FuzzTests
{
    const int UsualInputs = 1500;
    static readonly TimeSpan Stuck = TimeSpan.FromMinutes(2);

    public static TheoryData<string> Targets() =>
        [.. FuzzTargets.All().Select(target => target.Name).Where(name => name.Contains(Text("TARGET") ?? ""))];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Refuses_or_accepts_and_encodes_the_same_again_in_bounded_time_and_memory_INV_3_INV_8(string name)
    {
        var target = FuzzTargets.All().Single(target => target.Name == name);
        Assert.NotEmpty(target.Seeds);
        var campaign = new FuzzCampaign(target, seed: (ulong)(Number("SEED") ?? 1));
        Exception? failure = null;
        var thread = new Thread(() => failure = RunAll(campaign)) { IsBackground = true };
        thread.Start();
        WaitFor(thread, campaign);
        if (failure is not null)
            throw failure;
        Assert.True(
            campaign.Accepted > 0,
            $"not one input was accepted, but answered with\n{string.Join('\n', campaign.Answers)}");
        Report(target, campaign);
    }

    static Exception? RunAll(FuzzCampaign campaign)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            if (Number("SECONDS") is { } seconds)
                campaign.Run(_ => watch.Elapsed.TotalSeconds < seconds);
            else
                campaign.Run(inputs => inputs < UsualInputs);
            return null;
        }
        catch (FuzzException e)
        {
            return e;
        }
    }

    /// <summary>An input that never ends is told from a slow machine by waiting long for it.</summary>
    static void WaitFor(Thread thread, FuzzCampaign campaign)
    {
        var (last, since) = (campaign.Inputs, Stopwatch.StartNew());
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            if (campaign.Inputs != last)
                (last, since) = (campaign.Inputs, Stopwatch.StartNew());
            Assert.True(since.Elapsed < Stuck, campaign.Describe("it does not end"));
        }
    }

    static void Report(FuzzTarget target, FuzzCampaign campaign)
    {
        if (Text("REPORT") is not { } file)
            return;
        var lines = campaign.Found.OrderBy(found => found.Input.Length)
            .Select(found => $"{target.Name}\t{found.Answer}\t{Convert.ToHexStringLower(found.Input)}");
        File.AppendAllLines(file,
            [$"{target.Name}\t{campaign.Inputs} inputs\t{campaign.Accepted} accepted", .. lines]);
    }

    static string? Text(string name) => Environment.GetEnvironmentVariable($"CAIRN_FUZZ_{name}");

    static long? Number(string name) =>
        long.TryParse(Text(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
