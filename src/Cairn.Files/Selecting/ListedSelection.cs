using System.Diagnostics.CodeAnalysis;
using Cairn.Engine.Entries;

namespace Cairn.Files.Selecting;

/// <summary>
/// Only what is in a list, with the directories above it; of that, what another selection includes. A directory that is
/// listed does not stand for what is in it.
/// </summary>
public sealed class ListedSelection : ISelection
{
    readonly HashSet<byte[]> _listed = new(new PathEquality());
    readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    readonly ISelection _rest;

    /// <param name="paths">Absolute, normal.</param>
    public ListedSelection(IEnumerable<ReadOnlyMemory<byte>> paths, ISelection rest)
    {
        _rest = rest;
        _lookup = _listed.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var path in paths)
        {
            for (var part = path.Span; part.Length > 1 && _lookup.Add(part);)
                part = part[..part.LastIndexOf((byte)'/')];
        }
    }

    /// <summary>Whether it is listed, or a directory above what is.</summary>
    public bool Has(ReadOnlySpan<byte> path) => _lookup.Contains(path);

    public Verdict Decide(ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate) =>
        Has(path) ? _rest.Decide(path, kind, candidate) : Verdict.Exclude;

    sealed class PathEquality : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);

        public bool Equals(ReadOnlySpan<byte> a, byte[] b) => a.SequenceEqual(b);

        public int GetHashCode([DisallowNull] byte[] path) => GetHashCode(path.AsSpan());

        public byte[] Create(ReadOnlySpan<byte> path) => path.ToArray();

        public int GetHashCode(ReadOnlySpan<byte> path)
        {
            var hash = new HashCode();
            hash.AddBytes(path);
            return hash.ToHashCode();
        }
    }
}
