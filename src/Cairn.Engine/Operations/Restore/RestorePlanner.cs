using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Restore;

/// <summary>
/// Goes through the manifest: makes directories and everything without content at once, collects files in a batch, and
/// has the batch carried out whenever it is full. One thread.
/// </summary>
sealed class RestorePlanner : IAsyncDisposable
{
    readonly ReadSession _session;
    readonly IRestoreTarget _target;
    readonly RestoreOptions _options;
    readonly RestoreMonitor _monitor;
    readonly ContentReader _contents;
    readonly PendingDirectories _directories;
    readonly BatchPipeline _batches;

    // Names of one file, by the manifest's group: the first one restored, whichever part of the tree is asked for.
    readonly Dictionary<ulong, LinkSource> _links = [];
    readonly EntryPlacer _placer;
    HashSet<string>? _substitutes;

    public RestorePlanner(
        ReadSession session, IRestoreTarget target, RestoreOptions options, RestoreMonitor monitor)
    {
        (_session, _target, _options, _monitor) = (session, target, options, monitor);
        _contents = new ContentReader(session.Blobs);
        _directories = new PendingDirectories(target, monitor, waitForAll: options.Renames.Count > 0);
        _placer = new EntryPlacer(options.Selection, options.Renames) { RootLength = options.Path.Length };
        _batches = new BatchPipeline(
            new BatchRunner(session, target, options, monitor), _directories, options.Limits, options.IsDryRun);
    }

    RestoreBatch Batch => _batches.Planned;

    public ValueTask DisposeAsync() => _batches.DisposeAsync();

    /// <param name="root">What is restored; paths under the target begin behind it.</param>
    public async Task RunAsync(SalvageReader manifest, SnapshotPath root, CancellationToken cancellationToken)
    {
        await foreach (var (block, lost) in manifest.ReadAsync(root.Below, cancellationToken))
        {
            if (lost is not null)
            {
                ReportLost(lost, root);
                continue;
            }
            var directory = Relative(block.Path, root);
            if (Batch.IsFull)
                await _batches.SubmitAsync(directory, cancellationToken);
            if (_substitutes is not null && _placer.IsIdle)
                SubstituteDirectories(directory);
            _placer.BeginBlock(block.Class, block.Path.Span);
            for (var i = 0; i < block.Entries.Length; i++)
            {
                if (Batch.IsFull)
                    await _batches.SubmitAsync(directory, cancellationToken);
                if (_placer.IsIdle)
                    await AddAsync(directory, block.Entries.Span[i], cancellationToken);
                else
                    await PlaceAsync(block, directory, block.Entries.Span[i], cancellationToken);
            }
        }
        await _batches.FinishAsync(cancellationToken);
    }

    public async Task RunSingleAsync(Entry entry, CancellationToken cancellationToken)
    {
        await AddAsync(default, entry, cancellationToken);
        await _batches.FinishAsync(cancellationToken);
    }

    /// <summary>Adds it where it goes, unless it is left out.</summary>
    async Task PlaceAsync(
        LeafBlock block, ReadOnlyMemory<byte> directory, Entry entry, CancellationToken cancellationToken)
    {
        var verdict = _placer.Decide(block.Class, block.Path.Span, entry);
        if (verdict == RestoreVerdict.Exclude || (verdict == RestoreVerdict.Pass && entry.Kind != EntryKind.Directory))
            return;
        var path = ManifestPath.Join(directory, entry.Name);
        var place = _placer.Map(path);
        if (!place.Span.SequenceEqual(path.Span))
        {
            var slash = place.Span.LastIndexOf((byte)'/');
            directory = place[..Math.Max(slash, 0)];
            entry = entry.Renamed(place[(slash + 1)..]);
        }
        if (verdict == RestoreVerdict.Pass)
        {
            _placer.Wait(directory, entry);
            return;
        }
        foreach (var (above, waiting) in _placer.TakeWaiting(directory).ToList())
        {
            if (_options.Renames.Count > 0)
                SubstituteDirectories(above);
            await AddDirectoryAsync(above, waiting, cancellationToken);
        }
        if (_options.Renames.Count > 0 || _substitutes is not null)
            SubstituteDirectories(directory);
        await AddAsync(directory, entry, cancellationToken);
    }

    ValueTask AddAsync(ReadOnlyMemory<byte> directory, Entry entry, CancellationToken cancellationToken)
    {
        switch (entry.Kind)
        {
            case EntryKind.Stream:
                // They describe the stream, and are none of the file that it becomes.
                entry.Attributes = [];
                return new(AddFileAsync(directory, entry, cancellationToken));
            case EntryKind.File:
                return new(AddFileAsync(directory, entry, cancellationToken));
            case EntryKind.Directory:
                return new(AddDirectoryAsync(directory, entry, cancellationToken));
            default:
                return new(AddSpecialAsync(directory, entry, cancellationToken));
        }
    }

    async Task AddDirectoryAsync(ReadOnlyMemory<byte> directory, Entry entry, CancellationToken cancellationToken)
    {
        var path = ManifestPath.Join(directory, entry.Name);
        _monitor.AddDirectory();
        if (_options.IsDryRun)
            return;
        await CompleteAttributesAsync(path, entry, cancellationToken);
        // Something of another name may have been put into it before.
        var isMade = _options.Renames.Count > 0 && !Substitutes.Add(KeyOf(path));
        if (isMade || TryWrite(path.Span, () => _target.CreateDirectory(path.Span)))
            _directories.Add(path, entry);
    }

    async Task AddSpecialAsync(ReadOnlyMemory<byte> directory, Entry entry, CancellationToken cancellationToken)
    {
        var path = ManifestPath.Join(directory, entry.Name).ToArray();
        _monitor.AddOther();
        if (Keeps(path, entry) || IsAlreadyRestored(path, entry) || _options.IsDryRun)
            return;
        if (FindLink(entry, path, out var source))
        {
            Batch.Links.Add((path, source!));
            return;
        }
        await CompleteAttributesAsync(path, entry, cancellationToken);
        if (!TryWrite(path, () => _target.CreateSpecial(path, entry)))
            source?.Fail(isDamage: false);
    }

    async Task AddFileAsync(ReadOnlyMemory<byte> directory, Entry entry, CancellationToken cancellationToken)
    {
        var path = entry.HardLinkGroup == 0 ? null : ManifestPath.Join(directory, entry.Name).ToArray();
        var place = path ?? ManifestPath.Join(directory, entry.Name);
        if (Keeps(place.Span, entry))
        {
            _monitor.AddKept();
            return;
        }
        if (IsAlreadyRestored(place.Span, entry))
        {
            FindLink(entry, path, out _);
            _monitor.AddAlreadyThere(entry.Size);
            return;
        }
        if (FindLink(entry, path, out var source))
        {
            Batch.Links.Add((path!, source!));
            return;
        }
        var file = new PendingFile(directory, entry) { Link = source };
        var number = Batch.Files.Count;
        Batch.Files.Add(file);
        if (entry.Attributes.Count > 0)
            await CompleteAttributesAsync(file.ToPath(), entry, cancellationToken);
        await AddContentAsync(file, number, cancellationToken);
    }

    /// <summary>True if another name of this file comes before; otherwise this is the first, if there may be
    /// others.</summary>
    bool FindLink(Entry entry, byte[]? path, out LinkSource? source)
    {
        source = null;
        if (entry.HardLinkGroup == 0)
            return false;
        if (_links.TryGetValue(entry.HardLinkGroup, out source))
            return true;
        _links.Add(entry.HardLinkGroup, source = new LinkSource(path!));
        return false;
    }

    async Task AddContentAsync(PendingFile file, int number, CancellationToken cancellationToken)
    {
        var (entry, pieces, offset) = (file.Entry, 0, 0L);
        var onlyLength = 0L;
        try
        {
            await foreach (var extent in _contents.ReadExtentsAsync(entry.Content!, entry.Size, cancellationToken))
            {
                if (extent.Blob is { } id)
                {
                    if (Batch.AreItemsFull)
                    {
                        await _batches.RunMidFileAsync(file, cancellationToken);
                        number = 0;
                    }
                    pieces++;
                    onlyLength = extent.Length;
                    await AddPieceAsync(file, number, id, offset, extent.Length, cancellationToken);
                }
                offset += extent.Length;
            }
        }
        catch (Exception e) when (e is DamagedObjectException or FormatViolationException)
        {
            file.Fail(e.Message, isDamage: true);
        }
        if (_options.IsDryRun)
        {
            _monitor.AddBytes(file.HasFailed ? 0 : entry.Size);
            file.Complete(_monitor);
            return;
        }
        if (pieces == 0 && !file.HasFailed)
        {
            Batch.AddEmpty(number);
            return;
        }
        file.IsOnePiece = pieces == 1 && onlyLength == entry.Size;
        if (!file.IsOnePiece)
            Batch.LargeFiles++;
        if (file.FinishPiece())
            file.Complete(_monitor);
    }

    async Task AddPieceAsync(
        PendingFile file, int number, Primitives.BlobId id, long offset, long length,
        CancellationToken cancellationToken)
    {
        if (length > Limits.BlobPlainBytes || await _session.Blobs.LocateAsync(id, cancellationToken) is not { } place)
        {
            file.Fail($"the blob {id} is missing: no pack that can be read holds it", isDamage: true);
            return;
        }
        file.AddPiece();
        Batch.Add(new WorkItem(place.Pack.Value, place.Row, number, (int)length, offset));
    }

    async Task CompleteAttributesAsync(ReadOnlyMemory<byte> path, Entry entry, CancellationToken cancellationToken)
    {
        if (entry.Attributes.All(attribute => attribute.StoredValue is null) || _options.IsDryRun)
            return;
        var whole = new List<ExtendedAttribute>();
        foreach (var attribute in entry.Attributes)
        {
            if (attribute.StoredValue is not { Blob: { } id } stored)
            {
                whole.Add(attribute);
                continue;
            }
            try
            {
                var value = await _session.Blobs.ReadAsync(BlobKind.Chunk, id, cancellationToken);
                if (value.Length != stored.Length)
                    throw new FormatViolationException(
                        FailureKind.Content, "it has another length than the manifest says");
                whole.Add(new ExtendedAttribute(attribute.Name, value));
            }
            catch (Exception e) when (e is DamagedObjectException or FormatViolationException)
            {
                _monitor.Fail(path.Span, $"an extended attribute is lost: {e.Message}", isDamage: true);
            }
        }
        entry.Attributes = whole;
    }

    void ReportLost(LostPiece lost, SnapshotPath root)
    {
        _ = Substitutes;
        var path = lost.First is { } first
            ? Relative(ManifestPath.Join(first.Path, first.Name), root)
            : default;
        var count = lost.Entries == 0 ? "everything" : $"{lost.Entries} entries from here on";
        _monitor.Fail(path.Span, $"{count} cannot be restored: {lost.Cause.Message}", isDamage: true);
    }

    /// <summary>A directory whose own entry was in a lost piece is made without its metadata.</summary>
    void SubstituteDirectories(ReadOnlyMemory<byte> directory)
    {
        for (var end = 1; end <= directory.Length; end++)
        {
            if (end < directory.Length && directory.Span[end] != '/')
                continue;
            var path = directory[..end];
            if (_options.IsDryRun || (_options.Renames.Count == 0 && _directories.Contains(path.Span))
                || !Substitutes.Add(KeyOf(path)))
                continue;
            TryWrite(path.Span, () => _target.CreateDirectory(path.Span));
        }
    }

    // Also directories that were made, where something may have been put into them before their turn.
    HashSet<string> Substitutes => _substitutes ??= new HashSet<string>(StringComparer.Ordinal);

    static string KeyOf(ReadOnlyMemory<byte> path) => System.Text.Encoding.Latin1.GetString(path.Span);

    bool Keeps(ReadOnlySpan<byte> path, Entry entry)
    {
        try
        {
            return _target.Keeps(path, entry);
        }
        catch (RestoreWriteException e) when (!e.IsFatal)
        {
            return false;
        }
    }

    // Where one cannot look, one cannot write either, and that says which path it costs and why.
    bool IsAlreadyRestored(ReadOnlySpan<byte> path, Entry entry)
    {
        try
        {
            return _target.IsAlreadyRestored(path, entry);
        }
        catch (RestoreWriteException e) when (!e.IsFatal)
        {
            return false;
        }
    }

    bool TryWrite(ReadOnlySpan<byte> path, Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (RestoreWriteException e) when (!e.IsFatal)
        {
            _monitor.Fail(path, e.Message, isDamage: false);
            return false;
        }
    }

    /// <summary>A subtree begins at the target itself.</summary>
    static ReadOnlyMemory<byte> Relative(ReadOnlyMemory<byte> path, SnapshotPath root)
    {
        if (root.Path.IsEmpty || !ManifestOrder.IsAtOrBelow(path.Span, root.Path.Span))
            return path;
        return path.Length == root.Path.Length ? default : path[(root.Path.Length + 1)..];
    }
}
