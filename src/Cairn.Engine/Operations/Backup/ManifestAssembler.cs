using Cairn.Engine.Crypto;
using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Backup;

/// <summary>
/// Puts the entries of a pass into the manifest, in its order, as soon as their content is stored; and into the local
/// copy beside it. One thread.
/// </summary>
sealed class ManifestAssembler : IDisposable
{
    // A file changed twice within one tick of the file system's clock looks the same as one changed once. So what was
    // changed this shortly before it was read is read again next time.
    static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(2);

    readonly BlobWorker _blobs;
    readonly Sink _sink;
    readonly ManifestBuilder _builder;
    readonly ExtentListBuilder _lists;
    readonly LocalManifestWriter? _local;
    readonly LocalManifestCursor? _former;
    readonly KeptEntries? _kept;
    readonly BackupMonitor _monitor;
    readonly FileTime _settledBefore;
    readonly BlobIdHasher _hasher;

    /// <param name="local">Null when nothing is to be remembered (a dry run).</param>
    public ManifestAssembler(
        Repository repository, BlobWriter writer, LocalManifest? former, LocalManifestWriter? local,
        BackupOptions options, BackupMonitor monitor, ISourceProblems problems)
    {
        _blobs = new BlobWorker(repository.Environment.Buffers, options.CompressionLevel);
        _sink = new Sink(writer, _blobs);
        _builder = new ManifestBuilder(_sink, repository.PieceCutter);
        _lists = new ExtentListBuilder(_sink);
        _local = local;
        _former = former?.OpenCursor();
        _monitor = monitor;
        _hasher = repository.Hasher;
        _kept = former is null || options.Keep is null ? null
            : new KeptEntries(former, options.Keep, writer, problems, AddKept);
        var settled = repository.Environment.Time.GetUtcNow() - SettlingTime;
        _settledBefore = new FileTime(settled.ToUnixTimeSeconds(), 0);
    }

    public void Add(BatchWork batch)
    {
        batch.WaitForSmallFiles();
        for (var i = 0; i < batch.Entries.Count; i++)
        {
            _kept?.Pass(batch.Class, batch.Directory.Span, batch.Entries[i]);
            switch (batch.StateOf(i))
            {
                case BatchEntryState.LeftOut:
                    break;
                case BatchEntryState.Gone:
                    _kept?.TakePassed();
                    break;
                case BatchEntryState.Unchanged:
                    Repeat(batch, batch.Entries[i]);
                    break;
                case BatchEntryState.Large:
                    AddLarge(batch, i);
                    break;
                default:
                    Append(batch, batch.Entries[i], lists: 0);
                    Count(batch, i);
                    break;
            }
        }
    }

    /// <summary>Entries that the walk did not come by, and that stay in the snapshot.</summary>
    public ulong Kept => _kept?.Count ?? 0;

    /// <summary>All batches were added.</summary>
    public void AddRest() => _kept?.PassRest();

    public ManifestRoot Finish() => _builder.Finish();

    public void Dispose() => _blobs.Dispose();

    void Repeat(BatchWork batch, Entry entry)
    {
        var isThere = _former!.TryAdvanceTo(batch.Class, batch.Directory.Span, entry.Name.Span);
        Invariant.That(isThere);
        var former = _former.Current;
        _builder.Add(batch.Class, batch.Directory.Span, former.Record, former.Owner);
        _local?.Append(batch.Class, batch.Directory.Span, former);
        if (entry.HasContent)
            _monitor.AddUnchanged(entry.Size);
        else
            _monitor.AddOther();
    }

    void AddKept(byte @class, ReadOnlySpan<byte> directory, scoped in LocalEntry former)
    {
        const EntryMarks mark = EntryMarks.Kept;
        if ((former.Record.Marks & mark) != 0 && former.Record.HardLinkGroup == 0)
        {
            _builder.Add(@class, directory, former.Record, former.Owner);
            _local?.Append(@class, directory, former);
        }
        else
        {
            var entry = former.ToEntry();
            entry.Marks |= mark;
            // Its number may be another file's by now, and then they would be restored as one.
            entry.HardLinkGroup = 0;
            _builder.Add(@class, directory, entry);
            _local?.Append(@class, directory, entry, _local.CopyLists(former));
        }
        if (former.Record.Kind == EntryKind.Directory)
            _monitor.AddDirectory();
        else if (former.Record.HasContent)
            _monitor.AddUnchanged(former.Record.Size);
        else
            _monitor.AddOther();
    }

    void AddLarge(BatchWork batch, int index)
    {
        var file = batch.LargeAt(index);
        var log = _local?.BeginLists();
        _lists.Begin(log);
        while (file.TakeNext() is { } extent)
            _lists.Add(extent);
        var size = _lists.Length;
        var content = _lists.Finish();
        _monitor.EndPart(file);
        if (file.IsGone)
            _kept?.TakePassed();
        if (file.IsLeftOut)
            return;
        file.Entry.Size = size;
        file.Entry.Content = content;
        Append(batch, file.Entry, log?.Chain ?? 0);
        Count(batch, index);
    }

    void Append(BatchWork batch, Entry entry, ulong lists)
    {
        Invariant.That(!entry.HasContent || entry.Content is not null);
        LargeAttributes.Move(entry, _sink);
        _builder.Add(batch.Class, batch.Directory.Span, entry);
        if (_local is null)
            return;
        if (entry.Stamp.Changed.CompareTo(_settledBefore) >= 0)
            entry.Stamp = entry.Stamp with { Changed = default };
        _local.Append(batch.Class, batch.Directory.Span, entry, lists);
    }

    void Count(BatchWork batch, int index)
    {
        var entry = batch.Entries[index];
        if (entry.Kind == EntryKind.Directory)
            _monitor.AddDirectory();
        else if (!entry.HasContent)
            _monitor.AddOther();
        else if (!batch.IsKnown(index))
            _monitor.AddNew(entry.Size);
        else if (IsAsBefore(batch, entry))
            _monitor.AddUnchanged(entry.Size);
        else
            _monitor.AddChanged(entry.Size);
    }

    // Read again, and found to be what it was: for people that is an unchanged file.
    bool IsAsBefore(BatchWork batch, Entry entry)
    {
        if (_former is null || !_former.TryAdvanceTo(batch.Class, batch.Directory.Span, entry.Name.Span))
            return false;
        var former = _former.Current;
        return former.Record.Kind == entry.Kind && former.Record.Size == entry.Size
            && former.Record.Modified == entry.Modified && former.HasMetadataOf(entry, _hasher)
            && former.ReadContent() is var content && content.ListDepth == entry.Content!.ListDepth
            && content.Extents.SequenceEqual(entry.Content.Extents);
    }

    sealed class Sink(BlobWriter writer, BlobWorker blobs) : IBlobSink
    {
        public BlobId Put(BlobKind kind, ReadOnlySpan<byte> plain) => writer.Store(kind, plain, blobs);
    }
}
