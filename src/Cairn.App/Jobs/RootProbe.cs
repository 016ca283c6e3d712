using System.Text;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files;
using Cairn.Files.Selecting;
using Cairn.Files.Walking;

namespace Cairn.App.Jobs;

/// <summary>What is right in a source's directory now, as far as it would be backed up.</summary>
sealed class ProbedRoot
{
    readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Of its file system; null if it is no directory.</summary>
    public ulong? Device { get; set; }

    public bool IsEmpty => _names.Count == 0;

    public bool Has(ReadOnlySpan<byte> name) => _names.Contains(RootProbe.KeyOf(name));
    public void Add(ReadOnlySpan<byte> name) => _names.Add(RootProbe.KeyOf(name));
}

/// <summary>Walks into each source once, and no further.</summary>
sealed class RootProbe : ISelection, ISourceProblems
{
    readonly ISelection _selection;
    readonly Dictionary<string, ProbedRoot> _roots = new(StringComparer.Ordinal);

    RootProbe(IReadOnlyList<ReadOnlyMemory<byte>> roots, ISelection selection)
    {
        _selection = selection;
        foreach (var root in roots)
            _roots[KeyOf(root.Span)] = new ProbedRoot();
        // A walk does not ask for what leads to a source.
        foreach (var outer in roots)
        {
            foreach (var inner in roots.Where(inner => PathBytes.IsWithin(inner.Span, outer.Span)))
            {
                var below = inner.Span[outer.Length..].TrimStart((byte)'/');
                var slash = below.IndexOf((byte)'/');
                if (!below.IsEmpty)
                    _roots[KeyOf(outer.Span)].Add(slash < 0 ? below : below[..slash]);
            }
        }
    }

    /// <exception cref="SourceMissingException">A root is not there, or cannot be read.</exception>
    public static Func<ReadOnlyMemory<byte>, ProbedRoot> Look(
        IReadOnlyList<ReadOnlyMemory<byte>> roots, ISelection selection, CancellationToken cancellationToken)
    {
        var probe = new RootProbe(roots, selection);
        var source = FileTrees.Source(new FileTreeOptions { Sources = roots, Selection = probe });
        foreach (var batch in source.Walk(probe, cancellationToken))
        {
            using var taken = batch;
            foreach (var entry in batch.Entries.Where(entry => entry.Kind == EntryKind.Directory))
            {
                var path = AbsolutePath.Of(batch.DirectoryPath, entry.Name);
                if (probe._roots.TryGetValue(KeyOf(path.Span), out var root))
                    root.Device = entry.Stamp.Device;
            }
        }
        return path => probe._roots[KeyOf(path.Span)];
    }

    public Verdict Decide(ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate)
    {
        var verdict = _selection.Decide(path, kind, candidate);
        var slash = path.LastIndexOf((byte)'/');
        if (verdict != Verdict.Exclude && _roots.TryGetValue(KeyOf(slash == 0 ? "/"u8 : path[..slash]), out var root))
            root.Add(path[(slash + 1)..]);
        return kind == EntryKind.Directory ? Verdict.Exclude : verdict;
    }

    // The backup will meet them again, and report them.
    public void Report(SourceProblem problem) { }

    /// <summary>Bytes as text, one to one.</summary>
    internal static string KeyOf(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
