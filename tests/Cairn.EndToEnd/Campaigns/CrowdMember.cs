using System.Globalization;

namespace Cairn.EndToEnd.Campaigns;

/// <summary>One machine of many: runs a command after the other, and now and then one is killed.</summary>
sealed class CrowdMember(CairnHome home, string name, string[] trees, Random random)
{
    // What a run that needs nothing is let do before it is killed, at most.
    static readonly TimeSpan Usual = TimeSpan.FromSeconds(4);

    readonly Dictionary<int, int> _ends = [];
    int _killed;

    public CairnHome Home => home;

    /// <summary>How many runs ended well.</summary>
    public int Finished => _ends.GetValueOrDefault(0);

    /// <summary>As enrolled.</summary>
    public string Name => name;

    /// <summary>The id of the last snapshot that a run reported; null before the first.</summary>
    public string? LastReported { get; private set; }

    /// <summary>
    /// When the first run since the last report was started that did not report, if there is one: killed, it may have
    /// committed, and then what was reported is no longer the last.
    /// </summary>
    public DateTimeOffset? KilledSince { get; private set; }

    public void BackUpUntil(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var tree = trees[random.Next(trees.Length)];
            var started = DateTimeOffset.UtcNow;
            if (Run("backup", tree, "--name", "tree", "--json") is { } output)
                (LastReported, KilledSince) = (CrowdJudgement.IdIn(output), null);
            else
                KilledSince ??= started;
        }
    }

    public void MaintainUntil(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            // Snapshots are all of the same hour, and most of them go.
            Run("forget", "--keep-last", random.Next(1, 4).ToString(CultureInfo.InvariantCulture), "--max-share",
                "100%", "--yes");
            Run("prune", "--grace", random.Next(2) == 0 ? "0" : "10s", "--unfinished-after", "0", "--max-unused",
                "0%", "--yes");
        }
    }

    public override string ToString() =>
        $"{_killed} killed, " + string.Join(", ", _ends.OrderBy(end => end.Key).Select(
            end => $"{end.Value} ended with {end.Key}"));

    // Every third run is killed, if it lasts long enough. Null if it did not end well.
    string? Run(params string[] arguments)
    {
        using var process = home.Start(arguments);
        var dies = random.Next(3) == 0;
        var isKilled = dies && !process.WaitFor(Usual * random.NextDouble());
        if (isKilled)
            process.Kill();
        var result = process.Finish();
        if (isKilled && result.ExitCode == 128 + 9)
        {
            _killed++;
            return null;
        }
        _ends[result.ExitCode] = _ends.GetValueOrDefault(result.ExitCode) + 1;
        // Who prunes without a grace and without a pause may starve a backup, and it says so.
        var isStarved = result.ExitCode == 1 && result.Output.Contains("was condemned 5 times in a row");
        Assert.True(
            result.ExitCode == 0 || isStarved, $"exit {result.ExitCode}\n{string.Join(' ', arguments)}\n"
            + result.Output + result.Errors);
        return result.ExitCode == 0 ? result.Output : null;
    }
}
