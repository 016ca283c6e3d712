using Cairn.Engine.Operations.Verify;

namespace Cairn.App.Drill;

/// <summary>What a drill found: bounded, with full counts.</summary>
sealed class DrillFindings
{
    const int KeptPerKind = 1000;

    readonly List<DrillFinding> _findings = [];
    readonly HashSet<(string Snapshot, string Path)> _paths = [];

    public Dictionary<DrillFindingKind, long> Counts { get; } = [];
    public IReadOnlyList<DrillFinding> Kept => _findings;
    public long Total => Counts.Values.Sum();

    public void Add(
        DrillFindingKind kind, string snapshot, ReadOnlyMemory<byte> path, string message,
        VerifyChanges changes = VerifyChanges.None)
    {
        Add(kind, count: 1);
        if (Counts[kind] > KeptPerKind)
            return;
        _findings.Add(new DrillFinding(kind, snapshot, path, message, changes));
        _paths.Add((snapshot, KeyOf(path)));
    }

    /// <summary>Such of which no more is known.</summary>
    public void Add(DrillFindingKind kind, long count) =>
        Counts[kind] = Counts.GetValueOrDefault(kind) + count;

    /// <summary>Whether something was found of that path already.</summary>
    public bool Has(string snapshot, ReadOnlyMemory<byte> path) => _paths.Contains((snapshot, KeyOf(path)));

    static string KeyOf(ReadOnlyMemory<byte> path) => Convert.ToHexString(path.Span);
}
