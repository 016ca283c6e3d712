using System.Text.Json;

namespace Cairn.EndToEnd.Campaigns;

/// <summary>
/// What must be true when the crowd has gone: all snapshots restore, and the last reported ones are there.
/// </summary>
sealed class CrowdJudgement(CairnHome owner, IReadOnlyList<CrowdMember> members, string note)
{
    public void Run()
    {
        // What the last kills left.
        owner.Run("prune", "--grace", "0", "--unfinished-after", "0", "--yes").RequireExit(0);
        owner.Run("check", "--read-data").RequireExit(0);
        var listed = owner.Run("snapshots", "--json").RequireExit(0).Output;
        var found = Events(listed, "snapshot").ToList();
        var snapshots = found.ToDictionary(
            snapshot => snapshot.GetProperty("id").GetString()!,
            snapshot => snapshot.GetProperty("roots")[0].GetProperty("path").GetString()!);
        foreach (var member in members)
            Assert.True(
                member.LastReported is null || snapshots.ContainsKey(member.LastReported)
                || found.Exists(snapshot => IsCommittedByKilled(member, snapshot)),
                $"{note}: {member.LastReported} of {member.Name} was reported, and is not there; killed since: "
                + $"{member.KilledSince:O}\n{listed}");
        foreach (var (id, root) in snapshots)
        {
            var target = Path.Combine(owner.Folder, "restored");
            owner.Run("restore", $"{id}:{root}", "--target", target).RequireExit(0);
            var differences = Rsync.Differences(root, target);
            Assert.True(differences.Length == 0, $"{note}: {id} of {root} restores otherwise:\n{differences}");
            Directory.Delete(target, recursive: true);
        }
        TestContext.Current.SendDiagnosticMessage($"{note}: {snapshots.Count} snapshots restored");
    }

    // Who forgets keeps at least the last one: no longer the reported one if a run was killed between its commit and
    // its report.
    static bool IsCommittedByKilled(CrowdMember member, JsonElement snapshot) =>
        snapshot.GetProperty("host").GetString() == member.Name
        && snapshot.GetProperty("time").GetDateTimeOffset() >= member.KilledSince;

    public static string? IdIn(string output) =>
        Events(output, "summary").Select(summary => summary.GetProperty("snapshot").GetString()).LastOrDefault();

    static IEnumerable<JsonElement> Events(string output, string type)
    {
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("type").GetString() == type)
                yield return document.RootElement.Clone();
        }
    }
}
