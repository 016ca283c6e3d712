using System.Runtime.CompilerServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Verify;

/// <summary>
/// Compares a snapshot with the disk: one merge over the manifest and a walk, files read by several workers. Times of
/// creation are not compared.
/// </summary>
public sealed class VerifyOperation(
    ReadSession session, SnapshotInfo snapshot, IFileSource source, VerifyOptions options, WorkMonitor monitor)
{
    readonly ContentComparer _contents = new(session, monitor);
    readonly EntryFacts _facts = new(session.Repository.Hasher, options);
    readonly UnreadLog _unread = new();
    long _files, _streams, _differences;

    /// <summary>What could not be read on the disk, as absolute paths. Complete when the run is over.</summary>
    public IReadOnlyList<SourceProblem> Problems => _unread.Problems;

    /// <param name="receive">Gets the differences one by one, in the order of the manifest.</param>
    /// <exception cref="PathNotFoundException">The snapshot has no such path.</exception>
    public async Task<VerifyResult> RunAsync(
        Action<VerifyDifference> receive, CancellationToken cancellationToken)
    {
        if (options.Path.IsEmpty && options.Selection is null)
            monitor.Expect(snapshot.Statistics.Files, options.IsQuick ? 0 : snapshot.Statistics.Bytes);
        var met = ReadAhead.Run(
            MeetAsync(cancellationToken), Math.Max(options.Workers, 1) * 4, CompareAsync, cancellationToken);
        await foreach (var difference in met)
        {
            if (difference is null)
                continue;
            _differences++;
            receive(difference);
        }
        var read = options.IsQuick ? 0 : monitor.Sample().Bytes;
        return new VerifyResult(_files, read, _streams, _differences, _unread.Errors);
    }

    async Task<VerifyDifference?> CompareAsync(EntryMeeting met, CancellationToken cancellationToken)
    {
        var path = met.Path.IsEmpty ? options.Path
            : options.Path.IsEmpty ? met.Path : ManifestPath.Join(options.Path, met.Path);
        try
        {
            if (met.Snapshot is null || met.Disk is null)
                return OneSided(met, path);
            var changes = _facts.Compare(met.Snapshot, met.Disk);
            if (NeedsReading(met.Snapshot, met.Disk, changes)
                && !await Task.Run(
                    () => _contents.AreSameAsync(met.Batch!.Batch, met.Disk, met.Snapshot, cancellationToken),
                    cancellationToken))
                changes |= VerifyChanges.Content;
            return changes == VerifyChanges.None ? null
                : new VerifyDifference(path, met.Snapshot, met.Disk, changes);
        }
        catch (SourceReadException e) when (e.Vanished)
        {
            return new VerifyDifference(path, met.Snapshot, Disk: null, VerifyChanges.Missing);
        }
        catch (SourceReadException e)
        {
            var onDisk = met.Path.IsEmpty ? options.DiskPath
                : options.DiskPath.IsEmpty ? met.Path : ManifestPath.Join(options.DiskPath, met.Path);
            _unread.Report(new SourceProblem(AbsolutePath.Of(directory: default, onDisk), e.Message, IsError: true));
            return null;
        }
        finally
        {
            met.Batch?.Release();
        }
    }

    // What nobody could look at is not missing; it is told among the problems. What was gone already is not missed.
    VerifyDifference? OneSided(EntryMeeting met, ReadOnlyMemory<byte> path)
    {
        if (met.Disk is null
            && ((met.Snapshot!.Marks & EntryMarks.Kept) != 0 || _unread.Covers(options.DiskPath, met.Path)))
            return null;
        return new VerifyDifference(
            path, met.Snapshot, met.Disk, met.Disk is null ? VerifyChanges.Missing : VerifyChanges.Added);
    }

    bool NeedsReading(Entry snapshot, Entry disk, VerifyChanges changes) =>
        disk.Kind == EntryKind.File && (changes & (VerifyChanges.Kind | VerifyChanges.Content)) == 0
        && snapshot.Size > 0
        && !(options.IsQuick && (changes & VerifyChanges.Modified) == 0);

    async IAsyncEnumerable<EntryMeeting> MeetAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var left = SnapshotSideAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        using var right = DiskSide(cancellationToken).GetEnumerator();
        var hasLeft = await left.MoveNextAsync();
        var hasRight = right.MoveNext();
        while (hasLeft || hasRight)
        {
            var order = !hasLeft ? 1 : !hasRight ? -1 : left.Current.CompareTo(right.Current);
            var place = order <= 0 ? left.Current : right.Current;
            if (IsCompared(place, isOnBoth: order == 0))
                yield return new EntryMeeting(
                    place.Path, order <= 0 ? left.Current.Entry : null, order >= 0 ? right.Current.Entry : null,
                    order >= 0 ? right.Current.Batch!.Hold() : null);
            if (order <= 0)
                hasLeft = await left.MoveNextAsync();
            if (order >= 0)
                hasRight = right.MoveNext();
        }
    }

    bool IsCompared(PlacedEntry placed, bool isOnBoth) =>
        options.Selection is null
        || (placed.Entry.Kind == EntryKind.Directory ? isOnBoth : IsSelected(placed));

    bool IsSelected(PlacedEntry placed)
    {
        if (options.Selection is null)
            return true;
        var path = ManifestPath.Join(options.Path, placed.Path);
        return options.Selection.Decide([(byte)'/', .. path.Span], placed.Entry.Kind) == RestoreVerdict.Include;
    }

    async IAsyncEnumerable<PlacedEntry> SnapshotSideAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new ManifestReader(session.Blobs, snapshot.Manifest, snapshot.ManifestLevel);
        var top = await SnapshotPath.FindAsync(session, snapshot, options.Path, cancellationToken);
        if (options.Path.IsEmpty)
            _streams = await CountStreamsAsync(reader, cancellationToken);
        else if (top.Class == ManifestLimits.StreamClass)
        {
            _streams = 1;
            yield break;
        }
        await using var blocks = reader.ReadSubtreeAsync(ManifestLimits.FileClass, options.Path, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(blocks))
        {
            var block = blocks.Current;
            for (var i = 0; i < block.Entries.Length; i++)
            {
                var entry = block.Entries.Span[i];
                if (PlacedEntry.Below(options.Path, block.Path, entry, batch: null) is not { } placed
                    || (placed.IsTop && !options.IncludesTop))
                    continue;
                if (entry.Kind == EntryKind.File && IsSelected(placed))
                {
                    _files++;
                    monitor.Add(files: 1, bytes: 0);
                }
                yield return placed;
            }
        }
    }

    async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<LeafBlock> blocks)
    {
        try
        {
            return await blocks.MoveNextAsync();
        }
        catch (FormatViolationException e)
        {
            throw SnapshotPath.DamageOf(snapshot, e);
        }
    }

    static async Task<long> CountStreamsAsync(ManifestReader reader, CancellationToken cancellationToken)
    {
        var streams = 0L;
        await foreach (var block in reader.ReadAsync(
            ManifestRange.OfClass(ManifestLimits.StreamClass), cancellationToken))
            streams += block.Entries.Length;
        return streams;
    }

    IEnumerable<PlacedEntry> DiskSide(CancellationToken cancellationToken)
    {
        foreach (var batch in source.Walk(_unread, cancellationToken))
        {
            var held = new HeldBatch(batch);
            try
            {
                foreach (var entry in batch.Entries)
                {
                    if (PlacedEntry.Below(options.DiskPath, batch.DirectoryPath, entry, held) is { } placed
                        && (!placed.IsTop || options.IncludesTop))
                        yield return placed;
                }
            }
            finally
            {
                held.Release();
            }
        }
    }
}
