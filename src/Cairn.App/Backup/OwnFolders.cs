using Cairn.App.Interop;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Files.Selecting;

namespace Cairn.App.Backup;

/// <summary>
/// Finds Cairn's own folders inside what is backed up: a repository that contains itself would grow with every run.
/// </summary>
static class OwnFolders
{
    /// <summary>Those that lie inside a root, as paths under which the walk meets them.</summary>
    public static List<(string What, byte[] Path)> FindInside(
        IReadOnlyList<ReadOnlyMemory<byte>> roots, IReadOnlyList<(string What, byte[] Path)> own)
    {
        var found = new List<(string What, byte[] Path)>();
        foreach (var root in roots)
        {
            // The walk follows links only in what was named: below, its paths are those of the resolved root.
            if (Libc.Resolve(root.Span) is not { } realRoot)
                continue;
            foreach (var (what, path) in own)
            {
                if (Libc.Resolve(path) is not { } real)
                    continue;
                if (PathBytes.IsWithin(realRoot, real))
                    throw new UsageException(
                        $"{ByteText.Show(root)} is {what}, or lies in it",
                        "back up something else, or to another repository");
                if (PathBytes.IsWithin(real, realRoot))
                    found.Add((what, AsSeenFrom(root.Span, realRoot, real)));
            }
        }
        return found;
    }

    static byte[] AsSeenFrom(ReadOnlySpan<byte> root, byte[] realRoot, byte[] real)
    {
        var below = realRoot is [(byte)'/'] ? real.AsSpan() : real.AsSpan(realRoot.Length);
        return root.SequenceEqual("/"u8) ? below.ToArray() : [.. root, .. below];
    }
}

/// <summary>Leaves out whole folders by their path, then decides by another selection.</summary>
sealed class OwnFolderSelection(IReadOnlyList<byte[]> folders, ISelection rest) : ISelection
{
    public Verdict Decide(ReadOnlySpan<byte> path, EntryKind kind, ICandidate candidate)
    {
        if (kind == EntryKind.Directory)
        {
            foreach (var folder in folders)
            {
                if (path.SequenceEqual(folder))
                    return Verdict.Exclude;
            }
        }
        return rest.Decide(path, kind, candidate);
    }
}
