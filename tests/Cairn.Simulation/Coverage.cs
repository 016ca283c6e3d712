using System.Collections.Concurrent;

namespace Cairn.Simulation;

/// <summary>
/// How often what happened, over many seeds: so that nobody believes in a fault that never came. What must have
/// happened at least once stands in <see cref="Expected"/>.
/// </summary>
sealed class Coverage
{
    /// <summary>Over the seeds of ./test none of these may be missing.</summary>
    public static readonly IReadOnlyList<string> Expected =
    [
        "backup reported", "backup committed and not reported", "backup of a stream", "backup of several packs",
        "backup made partial", "backup with nothing new", "pack of another host used", "stream failed",
        "file grew while it was read", "file vanished", "file unreadable", "second pass after a condemnation",
        "ledger replaced after a proposal", "commit given up", "checkpoint", "packs taken up after a crash",
        "crash before a request", "crash after a request", "crash at a call of the state", "state disk failed",
        "state lost", "state stale", "state damaged",
        "throttled", "reset, never arrives", "reset, carried out", "timed out, never arrives", "timed out, carried out",
        "body cut", "conflict", "response of a commit lost",
        "frozen before sending", "frozen on the way", "frozen before the answer", "frozen for weeks",
        "clock jumped", "clock of a maintainer jumped", "host enrolled", "maintainer endorsed",
        "passphrase changed", "recovery key replaced",
        "product's prune", "product's prune: condemned", "product's prune: deleted", "product's prune: spared",
        "product's prune: void", "product's prune: repacked", "product's prune without a key to read",
        "kept by last", "kept by daily", "kept by weekly", "kept by monthly", "kept by within", "kept by not older",
        "kept by last of its source", "forgotten by a rule", "forget stopped at times that nothing confirms",
        "repacked blindly", "rows moved", "place followed through a move", "repacked pack used",
        "condemned", "condemned while needed", "spared", "deletion listed", "pack deleted", "deletion taken up",
        "void proposed", "void final", "void given up", "snapshot forgotten",
        "restore whole", "restore failed and wrote nothing wrong", "restore beside a prune", "check beside others",
        "full judgement", "maintainer stopped before what it could not verify",
        "bucket copied by another tool", "damage: BitsFlipped", "damage: ObjectsLost", "damage: RolledBack",
        "damage: TornCopy", "damage told when the repository is opened", "damage told by check",
        "damage told by a backup", "damage: backup reported", "damage: pruned", "damage: prune stopped",
        "damage: snapshot restored whole", "damage: snapshot restored in part",
        "locks renewed", "condemned because it lapses", "removed because its lock ran out", "swept by the lifecycle",
        "maintainers met within a look", "moved into a pack that is condemned",
        "backup beside a renewal, all before it forgotten",
        "copy: Copied", "copy: AlreadyThere", "copy: Forgotten",
        "edit", "insert", "delete", "rename", "append", "link",
    ];

    readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public void Count(string what, long times = 1) => _counts.AddOrUpdate(what, times, (_, before) => before + times);

    public long this[string what] => _counts.GetValueOrDefault(what);

    public void Add(Coverage other)
    {
        foreach (var (what, times) in other._counts)
            Count(what, times);
    }

    public IEnumerable<string> Missing => Expected.Where(what => this[what] == 0);

    public override string ToString() => string.Join(
        '\n', _counts.Keys.Union(Expected).Order(StringComparer.Ordinal).Select(what => $"{this[what],10}  {what}"));
}
