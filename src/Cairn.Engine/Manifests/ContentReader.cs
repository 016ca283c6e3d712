using System.Runtime.CompilerServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Manifests;

/// <summary>
/// Goes through the extents of files, reading lists of large ones as they are needed. Any thread may call.
/// </summary>
public sealed class ContentReader(IBlobSource source)
{
    const int ListWindow = 4;

    /// <summary>Chunks and holes of a file in order; their lengths add up to the size or it throws.</summary>
    public async IAsyncEnumerable<Extent> ReadExtentsAsync(
        FileContent content, long size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RequireSize(content, size);
        if (content.ListDepth == 0)
        {
            foreach (var extent in content.Extents)
                yield return extent;
            yield break;
        }
        await foreach (var list in ListsAsync(content, level: 0, cancellationToken))
        {
            foreach (var extent in list.Extents)
                yield return extent;
        }
    }

    /// <summary>
    /// All blobs a file's content needs, in batches, lists before what they name. May name a blob twice.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<BlobReference>> ReadBlobsAsync(
        FileContent content, long size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RequireSize(content, size);
        if (content.ListDepth == 0)
        {
            yield return Chunks([], content.Extents);
            yield break;
        }
        await foreach (var list in ListsAsync(content, level: 0, cancellationToken))
            yield return Chunks(list.Opened, list.Extents);
    }

    static List<BlobReference> Chunks(IReadOnlyList<BlobReference> lists, IReadOnlyList<Extent> extents)
    {
        var blobs = new List<BlobReference>(lists.Count + extents.Count);
        blobs.AddRange(lists);
        foreach (var extent in extents)
        {
            if (extent.Blob is { } id)
                blobs.Add(new BlobReference(BlobKind.Chunk, id, (int)extent.Length));
        }
        return blobs;
    }

    async IAsyncEnumerable<OpenList> ListsAsync(
        FileContent content, int level, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var named = NamedAsync(content, level, cancellationToken);
        await foreach (var list in ReadAhead.Run(named, ListWindow, ReadListAsync, cancellationToken))
            yield return list;
    }

    /// <summary>The lists of one level, as the level above names them.</summary>
    async IAsyncEnumerable<NamedList> NamedAsync(
        FileContent content, int level, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (level == content.ListDepth - 1)
        {
            foreach (var extent in content.Extents)
                yield return new NamedList(extent, level, []);
            yield break;
        }
        await foreach (var parent in ListsAsync(content, level + 1, cancellationToken))
        {
            for (var i = 0; i < parent.Extents.Length; i++)
                yield return new NamedList(parent.Extents[i], level, i == 0 ? parent.Opened : []);
        }
    }

    async Task<OpenList> ReadListAsync(NamedList list, CancellationToken cancellationToken)
    {
        var id = list.Extent.Blob ?? throw Wrong("a hole stands where a list belongs");
        var bytes = await source.ReadAsync(BlobKind.ExtentList, id, cancellationToken);
        var extents = ExtentList.Decode(bytes.Span, list.Level);
        if (extents.Sum(extent => extent.Length) != list.Extent.Length)
            throw Wrong("an extent list covers another length than what names it says");
        return new OpenList(extents, [.. list.Opened, new BlobReference(BlobKind.ExtentList, id, bytes.Length)]);
    }

    static void RequireSize(FileContent content, long size)
    {
        if (content.ListDepth is < 0 or > ManifestLimits.ListDepth)
            throw Wrong("a file has too many levels of lists");
        if (content.Extents.Sum(extent => extent.Length) != size)
            throw Wrong("the extents of a file do not add up to its size");
    }

    static FormatViolationException Wrong(string what) => new(FailureKind.Content, what);

    /// <param name="Opened">Lists above it that were not told yet.</param>
    sealed record NamedList(Extent Extent, int Level, IReadOnlyList<BlobReference> Opened);

    /// <param name="Opened">This list, and those above it that were not told yet.</param>
    sealed record OpenList(Extent[] Extents, IReadOnlyList<BlobReference> Opened);
}
