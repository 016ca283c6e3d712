using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Sources;

namespace Cairn.Engine.Operations.Restore;

/// <summary>One of the workers of a batch: decodes what was fetched and writes it to every file that wants
/// it.</summary>
sealed class RestoreWorker(
    RestoreBatch batch, BlobReader blobs, IRestoreTarget target, RestoreMonitor monitor) : IPackRowSink
{
    readonly List<(BlobId Id, int FirstItem, int End)> _damaged = [];
    byte[] _path = new byte[512];
    int _next;
    int _end;

    /// <summary>Takes over the range.</summary>
    public async Task RunAsync(WorkUnit unit, PackRange range, CancellationToken cancellationToken)
    {
        _next = unit.FirstItem;
        _end = unit.FirstItem + unit.ItemCount;
        blobs.Decode(range, this);
        Invariant.That(_next == _end);
        foreach (var (id, first, end) in _damaged)
            await ReadElsewhereAsync(id, first, end, cancellationToken);
        _damaged.Clear();
    }

    public void RunEmpty(WorkUnit unit)
    {
        for (var i = 0; i < unit.ItemCount; i++)
        {
            var file = batch.Files[batch.EmptyFileAt(unit.FirstItem + i)];
            WriteEmpty(file);
            FinishPiece(file);
        }
    }

    public void OnRow(int row, in PackRow facts, ReadOnlySpan<byte> plain)
    {
        var items = batch.Items;
        for (; _next < _end && items[_next].Row == row; _next++)
            Write(in items[_next], in facts, plain);
    }

    public void OnDamaged(int row, in PackRow facts, DamagedObjectException damage)
    {
        var first = _next;
        var items = batch.Items;
        while (_next < _end && items[_next].Row == row)
            _next++;
        _damaged.Add((facts.Id, first, _next));
    }

    async Task ReadElsewhereAsync(BlobId id, int first, int end, CancellationToken cancellationToken)
    {
        try
        {
            using var plain = await blobs.ReadPooledAsync(BlobKind.Chunk, id, cancellationToken);
            for (var i = first; i < end; i++)
                Write(batch.Items[i], plain.Span);
        }
        catch (DamagedObjectException e)
        {
            for (var i = first; i < end; i++)
            {
                var file = batch.Files[batch.Items[i].File];
                file.Fail(e.Message, isDamage: true);
                FinishPiece(file);
            }
        }
    }

    void Write(in WorkItem item, in PackRow facts, ReadOnlySpan<byte> plain)
    {
        if (facts.Kind == BlobKind.Chunk)
        {
            Write(in item, plain);
            return;
        }
        var file = batch.Files[item.File];
        file.Fail($"the blob {facts.Id} is not a chunk of a file", isDamage: true);
        FinishPiece(file);
    }

    void Write(in WorkItem item, ReadOnlySpan<byte> plain)
    {
        var file = batch.Files[item.File];
        if (plain.Length != item.Length)
            file.Fail(
                $"a chunk has {plain.Length} bytes where the manifest says {item.Length}", isDamage: true);
        if (!file.HasFailed)
            WriteTo(file, item.Offset, plain);
        FinishPiece(file);
    }

    void WriteTo(PendingFile file, long offset, ReadOnlySpan<byte> plain)
    {
        try
        {
            var path = file.PathIn(ref _path);
            if (file.IsOnePiece)
                target.WriteFile(path, file.Entry, plain);
            else
                file.Open(target, path).Write(offset, plain);
            monitor.AddBytes(plain.Length);
        }
        catch (RestoreWriteException e) when (!e.IsFatal)
        {
            file.Fail(e.Message, isDamage: false);
        }
    }

    /// <summary>Files of no length, and such that are one hole.</summary>
    void WriteEmpty(PendingFile file)
    {
        try
        {
            var path = file.PathIn(ref _path);
            if (file.Entry.Size == 0)
                target.WriteFile(path, file.Entry, []);
            else
                file.Open(target, path);
        }
        catch (RestoreWriteException e) when (!e.IsFatal)
        {
            file.Fail(e.Message, isDamage: false);
        }
    }

    void FinishPiece(PendingFile file)
    {
        if (file.FinishPiece())
            file.Complete(monitor);
    }
}
