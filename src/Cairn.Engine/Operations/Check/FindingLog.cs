using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;

namespace Cairn.Engine.Operations.Check;

/// <summary>What a check found: bounded, for a repository can be wrong in a million places. Any thread may
/// add.</summary>
sealed class FindingLog
{
    public const int KeptPerSeverity = 10_000;

    readonly Lock _lock = new();
    readonly Dictionary<(CheckSeverity, string, string), CheckFinding> _findings = [];
    readonly long[] _counts = new long[3];
    readonly HashSet<BlobId> _suspects = [];
    readonly Dictionary<ObjectHash, SortedSet<int>> _badRows = [];
    long _bytesRead, _packsRead;

    public long PacksRead => Interlocked.Read(ref _packsRead);
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    public void Add(CheckSeverity severity, string name, FailureKind? kind, string message)
    {
        // Messages of the engine name their object; here it has a field of its own.
        if (message.StartsWith(name + ": ", StringComparison.Ordinal))
            message = message[(name.Length + 2)..];
        lock (_lock)
        {
            if (_counts[(int)severity] < KeptPerSeverity)
            {
                if (_findings.TryAdd((severity, name, message), new CheckFinding(severity, name, kind, message)))
                    _counts[(int)severity]++;
            }
            else
                _counts[(int)severity]++;
        }
    }

    public void Damage(string name, FailureKind? kind, string message) =>
        Add(CheckSeverity.Damage, name, kind, message);

    public void Note(string name, string message) => Add(CheckSeverity.Note, name, kind: null, message);

    /// <summary>Somebody's junk is worth a note; anything else that cannot be read is damage.</summary>
    public void Add(ObjectProblem problem) => Add(
        problem.IsForeign ? CheckSeverity.Note : CheckSeverity.Damage, problem.Object, problem.Kind, problem.Message);

    /// <summary>What was found of that object does not matter any more.</summary>
    public void Drop(string name)
    {
        lock (_lock)
        {
            foreach (var finding in _findings.Where(finding => finding.Key.Item2 == name).ToList())
            {
                _findings.Remove(finding.Key);
                _counts[(int)finding.Value.Severity]--;
            }
        }
    }

    /// <summary>A blob that one place did not yield: whether it is lost shows when all places were tried.</summary>
    public void Suspect(BlobId id)
    {
        lock (_lock)
            _suspects.Add(id);
    }

    /// <summary>A row of a pack that does not yield its blob: what a repair heals.</summary>
    public void AddBadRow(ObjectHash pack, int row)
    {
        lock (_lock)
        {
            if (!_badRows.TryGetValue(pack, out var rows))
                _badRows.Add(pack, rows = []);
            rows.Add(row);
        }
    }

    public IReadOnlyDictionary<ObjectHash, SortedSet<int>> BadRows => _badRows;

    public BlobId[] Suspects()
    {
        lock (_lock)
            return [.. _suspects];
    }

    public void AddRead(long bytes)
    {
        Interlocked.Increment(ref _packsRead);
        Interlocked.Add(ref _bytesRead, bytes);
    }

    public IReadOnlyList<CheckFinding> ToFindings()
    {
        lock (_lock)
        {
            var findings = _findings.Values.OrderByDescending(finding => finding.Severity)
                .ThenBy(finding => finding.Object, StringComparer.Ordinal).ToList();
            foreach (var severity in Enum.GetValues<CheckSeverity>())
            {
                var more = _counts[(int)severity] - KeptPerSeverity;
                if (more > 0)
                    findings.Add(new CheckFinding(severity, "", Kind: null, $"and {more} more of this sort"));
            }
            return findings;
        }
    }
}
