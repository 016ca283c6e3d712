using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Snapshots;
using Cairn.Testing.Trees;

namespace Cairn.Simulation.Hosts;

/// <summary>What a path was when a run began.</summary>
sealed record ExpectedNode(EntryKind Kind, byte[]? Content, ushort Mode, FileTime Modified, string LinkTarget);

/// <summary>
/// One run of a backup and all that it may truthfully say: the model that snapshots are held against. A snapshot tells
/// by a tag which run it is of, for it may be committed by a run that could not report it.
/// </summary>
sealed class HostRun(int number, string host)
{
    readonly SortedDictionary<string, ExpectedNode> _tree = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<byte[]>> _changing = [];
    readonly HashSet<string> _mayBeMissing = [];
    readonly HashSet<string> _mayHaveVanished = [];

    public string Tag { get; } = $"run-{number}";
    public string Host => host;

    /// <summary>What made the stream has failed: half a dump must never become a snapshot (INV-6).</summary>
    public bool MustNotCommit { get; set; }

    public SnapshotName? Reported { get; private set; }

    public void Capture(MemorySource source)
    {
        foreach (var (path, node) in source.Nodes)
            _tree.Add(path, new ExpectedNode(
                node.Kind, node.Kind == EntryKind.File ? node.Content : null, node.Mode, node.Modified,
                node.LinkTarget));
    }

    public void Expect(string stream, byte[] content)
    {
        _tree.Add(stream, new ExpectedNode(EntryKind.Stream, content, Mode: 0, default, ""));
        _changing.Add(stream, [content]);
    }

    /// <summary>The file had that content at some time during the run.</summary>
    public void MayHold(string path, byte[] content)
    {
        if (!_changing.TryGetValue(path, out var contents))
            _changing.Add(path, contents = [_tree[path].Content!]);
        contents.Add(content);
    }

    /// <summary>It could not be read, at least for a time.</summary>
    public void MayMiss(string path) => _mayBeMissing.Add(path);

    /// <summary>It was deleted during the run.</summary>
    public void MayVanish(string path)
    {
        _mayBeMissing.Add(path);
        _mayHaveVanished.Add(path);
    }

    /// <summary>What is wrong with the report (INV-6); null if nothing is.</summary>
    public string? Report(BackupResult result)
    {
        Reported = result.Snapshot;
        if (result.IsPartial != result.Problems.Any(problem => problem.IsError))
            return $"{Tag} is {(result.IsPartial ? "" : "not ")}partial, against its problems";
        foreach (var problem in result.Problems)
        {
            var path = Encoding.Latin1.GetString(problem.Path.Span).TrimStart('/');
            if (!_changing.ContainsKey(path) && !_mayBeMissing.Contains(path))
                return $"{Tag} tells of a problem that was none: {path}: {problem.Message}";
        }
        return MustNotCommit ? $"{Tag} was reported though its stream failed" : null;
    }

    /// <summary>What is wrong with what was restored of its snapshot; null if nothing is.</summary>
    /// <param name="isWhole">The restore told of no failure, so nothing may be missing.</param>
    public string? Compare(SnapshotInfo snapshot, IReadOnlyDictionary<string, RestoredNode> nodes, bool isWhole)
    {
        if (MustNotCommit)
            return $"{Tag} has a snapshot though its stream failed (INV-6)";
        foreach (var (path, node) in nodes)
        {
            if (!_tree.TryGetValue(path, out var expected))
                return $"{Tag}: {path} is restored, and never was (INV-3)";
            // A directory whose restore was cut off has no metadata yet.
            var isFinished = isWhole || node.Entry.Kind != EntryKind.Directory || node.IsFinished;
            if (isFinished && Compare(snapshot, path, expected, node) is { } wrong)
                return $"{Tag}: {path} {wrong}";
        }
        if (!isWhole)
            return null;
        var missing = _tree.Keys.FirstOrDefault(
            path => !nodes.ContainsKey(path) && !_mayHaveVanished.Contains(path)
                && !(_mayBeMissing.Contains(path) && IsProblem(snapshot, path)));
        return missing is null ? null : $"{Tag}: {missing} is missing, and nobody said so (INV-1, INV-6)";
    }

    string? Compare(SnapshotInfo snapshot, string path, ExpectedNode expected, RestoredNode node)
    {
        if (node.Entry.Kind != expected.Kind)
            return $"is a {node.Entry.Kind} instead of a {expected.Kind}";
        if (_changing.TryGetValue(path, out var contents))
        {
            if (contents.Any(content => content.AsSpan().SequenceEqual(node.Content)))
                return null;
            return (node.Entry.Marks & EntryMarks.Torn) != 0 && IsProblem(snapshot, path)
                ? null
                : "holds what it held at no time, and is not marked as torn (INV-6)";
        }
        if (expected.Content is { } wanted && !wanted.AsSpan().SequenceEqual(node.Content))
            return "has another content (INV-1)";
        if (node.Entry.Mode != expected.Mode || node.Entry.Modified != expected.Modified)
            return "has other metadata (INV-1)";
        return Encoding.Latin1.GetString(node.Entry.LinkTarget.Span) == expected.LinkTarget
            ? null
            : "points elsewhere (INV-1)";
    }

    static bool IsProblem(SnapshotInfo snapshot, string path) => snapshot.Problems.Any(
        problem => Encoding.Latin1.GetString(problem.Path.Span).TrimStart('/') == path);

    public override string ToString() => $"{Tag} of {host}";
}
