using Cairn.Engine.Formats;
using Cairn.Engine.Storage;
using Cairn.Simulation.Worlds;

namespace Cairn.Simulation.Judging;

/// <summary>
/// What docs/design/leases.md promises, found by another way than the product's: what committed snapshots need, and the
/// repository's memory, is locked for as many days as the policy says, counted from the last run that went well. A
/// place suffices for each row.
/// </summary>
sealed class LockJudge(World world, LeasePolicy policy, Contents contents)
{
    static readonly string[] Memory =
        ["cairn.json", "epochs/", "keys/", "hosts/", "index/", "moves/", "retired/"];

    // What was stored since has the whole lock, which is longer.
    DateTimeOffset _renewed = world.Clock.GetUtcNow();

    public void Renewed(DateTimeOffset begun)
    {
        if (begun > _renewed)
            _renewed = begun;
    }

    /// <summary>What is wrong, or null.</summary>
    public string? FindUnlocked(IEnumerable<SnapshotName> committed)
    {
        var until = _renewed + policy.Minimum;
        foreach (var version in world.Bucket.Versions().Where(version => !version.IsDeleteMarker))
        {
            if (Memory.Any(prefix => version.Key.StartsWith(prefix, StringComparison.Ordinal))
                && !IsLocked(version.Key, until))
                return $"{version.Key} is part of the repository's memory, and not locked until {until:u}";
        }
        return committed.Select(name => FindUnlocked(name, until)).FirstOrDefault(wrong => wrong is not null);
    }

    /// <summary>L3: nothing that a run relied on was to lapse soon when the run began.</summary>
    public string? FindShort(SnapshotName name, DateTimeOffset begun) =>
        FindUnlocked(name, begun + policy.ReusableMinimum);

    string? FindUnlocked(SnapshotName name, DateTimeOffset until)
    {
        foreach (var key in new[] { name.Key.Value, contents.NameOf(name.Ledger) })
        {
            if (!IsLocked(key, until))
                return $"{key} is needed, and not locked until {until:u}";
        }
        return contents.FindUnlike(name.Ledger, pack => IsLocked(contents.NameOf(pack), until)) is { } place
            ? $"{name.Key} needs row {place.Row} of {place.Pack}, and no place of it is locked until {until:u}"
            : null;
    }

    // The oldest is the one that counts.
    bool IsLocked(string key, DateTimeOffset until) =>
        world.Bucket.Versions(key).FirstOrDefault(version => !version.IsDeleteMarker)?.Retention?.RetainUntil >= until;
}
