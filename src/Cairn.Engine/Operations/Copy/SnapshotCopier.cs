using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Copy;

/// <summary>
/// Makes the manifest of one snapshot anew under the target's keys, and stores what it needs. Entries are taken in
/// stretches: the blobs of a stretch that the target is not known to have are fetched together, pack by pack; then
/// its entries go into the new manifest in their order. So memory is bounded, and a pack is read few times.
/// </summary>
/// <remarks>
/// Chunks stay cut as they are. Cutting anew would find the chunks of backups that were made into the target itself,
/// but each file would have to be read whole for a change in it, and what a copy holds could not be told from what its
/// host signed. Files shorter than a chunk have the same blob either way.
/// </remarks>
sealed class SnapshotCopier : IDisposable
{
    const int ProblemsMax = 20;

    readonly ReadSession _source;
    readonly EngineThreads _threads;
    readonly BlobFetcher _fetcher;
    readonly CopyOptions _options;
    readonly CopyMonitor _monitor;
    readonly BlobWorker _worker;
    readonly ManifestBuilder _builder;
    readonly ExtentListBuilder _lists;
    readonly List<CopyStep> _steps = [];
    readonly List<string> _problems = [];
    byte[]? _problemPath;

    public SnapshotCopier(
        ReadSession source, Repository target, ICopyTarget destination, BlobFetcher fetcher,
        CopyOptions options, CopyMonitor monitor)
    {
        _source = source;
        _threads = target.Environment.Threads;
        _fetcher = fetcher;
        _options = options;
        _monitor = monitor;
        _worker = new BlobWorker(target.Environment.Buffers, options.CompressionLevel);
        var sink = new Sink(destination, _worker);
        _builder = new ManifestBuilder(sink, target.PieceCutter);
        _lists = new ExtentListBuilder(sink);
    }

    /// <summary>Go on with what can be read: some of it may be just what is wanted.</summary>
    public bool GoesOn { get; init; }

    /// <summary>What cannot be read of it: some files, or what else is damaged.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Null if something cannot be read: what was stored of it by then is nobody's.</summary>
    public async Task<ManifestRoot?> RunAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        try
        {
            await WalkAsync(snapshot, cancellationToken);
        }
        // Of the source: nothing of the target is decoded while this runs.
        catch (Exception e) when (e is DamagedObjectException or FormatViolationException)
        {
            _problems.Add(e.Message);
        }
        if (_problems.Count > 0)
            return null;
        var root = default(ManifestRoot);
        if (!_options.IsDryRun)
            await _threads.RunBlocking(() => root = _builder.Finish());
        return root;
    }

    public void Dispose() => _worker.Dispose();

    async Task WalkAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        var manifest = new ManifestReader(_source.Blobs, snapshot.Manifest, snapshot.ManifestLevel);
        var contents = new ContentReader(_source.Blobs);
        await foreach (var block in manifest.ReadAsync(ManifestRange.Everything, cancellationToken))
        {
            for (var i = 0; i < block.Entries.Length; i++)
            {
                await AddAsync(block.Class, block.Path, block.Entries.Span[i], contents, cancellationToken);
                if (_problems.Count > 0 && !GoesOn)
                    return;
            }
        }
        await FinishStretchAsync(cancellationToken);
    }

    async Task AddAsync(
        byte @class, ReadOnlyMemory<byte> directory, Entry entry, ContentReader contents,
        CancellationToken cancellationToken)
    {
        foreach (var attribute in entry.Attributes)
        {
            if (attribute.StoredValue is { } value)
                _fetcher.Want(value);
        }
        if (entry.Content is { } content)
        {
            await foreach (var extent in contents.ReadExtentsAsync(content, entry.Size, cancellationToken))
            {
                _fetcher.Want(extent);
                await AddAsync(new CopyStep(extent, @class, directory, entry, IsEntry: false), cancellationToken);
            }
        }
        await AddAsync(new CopyStep(default, @class, directory, entry, IsEntry: true), cancellationToken);
    }

    async Task AddAsync(CopyStep step, CancellationToken cancellationToken)
    {
        _steps.Add(step);
        if (_steps.Count >= _options.Limits.Steps || _fetcher.IsFull)
            await FinishStretchAsync(cancellationToken);
    }

    async Task FinishStretchAsync(CancellationToken cancellationToken)
    {
        await _fetcher.FetchAsync(cancellationToken);
        // Putting pieces may wait for packs under way.
        await _threads.RunBlocking(() =>
        {
            foreach (var step in _steps)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Take(step);
            }
        });
        _steps.Clear();
        _fetcher.Clear();
    }

    void Take(CopyStep step)
    {
        if (!step.IsEntry)
        {
            _monitor.AddContent(step.Extent.Length);
            if (!_options.IsDryRun && TryTranslate(step, step.Extent) is { } extent)
                _lists.Add(extent);
            return;
        }
        if (step.Entry.HasContent)
            _monitor.AddFile();
        if (_options.IsDryRun)
            return;
        var entry = step.Entry;
        if (entry.HasContent)
            entry.Content = _lists.Finish();
        if (entry.Attributes.Count > 0)
            Translate(step, entry);
        if (_problems.Count == 0)
            _builder.Add(step.Class, step.Directory.Span, entry);
    }

    void Translate(CopyStep step, Entry entry) =>
        entry.Attributes = [.. entry.Attributes.Select(attribute => attribute.StoredValue is { } value
            ? attribute with { StoredValue = TryTranslate(step, value) }
            : attribute)];

    Extent? TryTranslate(CopyStep step, Extent extent)
    {
        if (extent.Blob is not { } id)
            return extent;
        if (_fetcher.TryTranslate(id, extent.Length, out var target, out var problem))
            return new Extent(extent.Length, target);
        AddProblem(step, problem);
        return null;
    }

    // One for each file is enough.
    void AddProblem(CopyStep step, string problem)
    {
        var path = AbsolutePath.Of(step.Directory, step.Entry.Name);
        if (_problems.Count >= ProblemsMax || (_problemPath is { } last && path.Span.SequenceEqual(last)))
            return;
        _problemPath = path.ToArray();
        _problems.Add($"{System.Text.Encoding.UTF8.GetString(path.Span)}: {problem}");
    }

    sealed class Sink(ICopyTarget destination, BlobWorker worker) : IBlobSink
    {
        public BlobId Put(BlobKind kind, ReadOnlySpan<byte> plain) => destination.Store(kind, plain, worker);
    }
}

/// <summary>Something of the old manifest on its way into the new one: an extent of a file, or, behind all of its
/// extents, the entry itself.</summary>
readonly record struct CopyStep(
    Extent Extent, byte Class, ReadOnlyMemory<byte> Directory, Entry Entry, bool IsEntry);
