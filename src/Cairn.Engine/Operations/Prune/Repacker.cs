using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Prune;

/// <summary>
/// Copies what is needed out of packs that are mostly not needed: new packs, an index object that names them, the moves
/// (R1), a look (R2). The old packs are nobody's any more then, and are condemned like any other.
/// </summary>
sealed class Repacker(
    Repository repository, BlobIndex index, RetiredLog retired, MoveLog moves, Signer signer, PruneTally tally)
{
    // Announced together; a run that ends before leaves so many packs that nothing needs.
    const int PacksPerAnnouncement = 32;

    readonly PackContext _context = repository.CreatePackContext(signer);
    readonly List<PackTable> _stored = [];
    readonly List<MovedRows> _moved = [];
    readonly List<(ObjectHash From, int FromRow, int ToRow)> _copied = [];
    PackCopier? _open;

    /// <summary>False if nothing of the plan could be copied.</summary>
    public async Task<bool> RunAsync(RepackPlan plan, CancellationToken cancellationToken)
    {
        var before = tally.Repacked;
        try
        {
            // Small files' packs stay hot: who cannot read a pack sees it by where it lies.
            foreach (var group in plan.Packs.GroupBy(pack => (pack.Kind, IsData: MayBeCold(pack))))
            {
                var put = group.Key.IsData ? PutOptions.Data : PutOptions.Hot;
                foreach (var source in group)
                    await CopyAsync(source, put, cancellationToken);
                await StoreAsync(put, cancellationToken);
            }
            await AnnounceAsync(cancellationToken);
            return tally.Repacked != before;
        }
        finally
        {
            _open?.Dispose();
        }
    }

    static bool MayBeCold(RepackSource source) =>
        source.Kind == PackKind.Data && source.StorageClass is not (null or ObjectInfo.UsualClass);

    async Task CopyAsync(RepackSource source, PutOptions put, CancellationToken cancellationToken)
    {
        using var pack = await TryReadAsync(source, cancellationToken);
        if (pack is null || TryVerify(source, pack.Span) is not { } table)
            return;
        var offsets = OffsetsOf(table);
        foreach (var row in source.Rows)
        {
            int copiedTo;
            while (true)
            {
                _open ??= new PackCopier(_context, source.Kind, table.Rows[row].StoredLength);
                if (_open.TryAdd(table, pack.Span, row, offsets[row], out copiedTo))
                    break;
                Invariant.That(!_open.IsEmpty);
                await StoreAsync(put, cancellationToken);
            }
            _copied.Add((source.Name, row, copiedTo));
        }
        tally.Repacked += new PackSum(1, source.Size);
        tally.BytesCopied += source.UsedBytes;
    }

    // What cannot be read stays where it is: what is left of it may be just what somebody needs.
    async Task<PooledBuffer?> TryReadAsync(RepackSource source, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.Store.GetAsync(
                ObjectNames.Pack(source.Name), ByteRange.Whole, Limits.PackBytes, cancellationToken);
        }
        catch (StoreException e) when (e.Kind is StoreErrorKind.NotFound or StoreErrorKind.TooLarge
            or StoreErrorKind.Failed or StoreErrorKind.Cold)
        {
            tally.AddNotes([$"{ObjectNames.Pack(source.Name)}: not repacked: {e.Message}"]);
            return null;
        }
    }

    PackTable? TryVerify(RepackSource source, ReadOnlySpan<byte> pack)
    {
        try
        {
            var table = PackReader.Verify(source.Name, pack, repository.Keys, repository.Signers);
            // Only packs of one domain go together, and only rows that are what the ledgers mean.
            return table.Rows.Length == index.GetPack(source.Number).RowCount
                && PackHeader.Decode(pack).Domain == _context.Domain
                    ? table
                    : throw new FormatViolationException(FailureKind.Content, "it is not what the index says of it");
        }
        catch (FormatViolationException e)
        {
            tally.AddNotes([$"{ObjectNames.Pack(source.Name)}: not repacked: {e.Message}"]);
            return null;
        }
    }

    static int[] OffsetsOf(PackTable table)
    {
        var offsets = new int[table.Rows.Length];
        var offset = table.BlobsOffset;
        for (var row = 0; row < offsets.Length; row++)
        {
            offsets[row] = offset;
            offset += table.Rows[row].StoredLength;
        }
        return offsets;
    }

    async Task StoreAsync(PutOptions put, CancellationToken cancellationToken)
    {
        if (_open is null)
            return;
        using var pack = _open.Seal();
        _open = null;
        await repository.Store.PutAsync(
            ObjectNames.Pack(pack.Table.Name), [pack.Bytes], put, cancellationToken);
        tally.Requests++;
        tally.RepackedInto += new PackSum(1, pack.Table.PackSize);
        _stored.Add(pack.Table);
        _moved.AddRange(_copied.GroupBy(row => row.From).Select(group => new MovedRows(
            group.Key, pack.Table.Name, [.. group.Select(row => row.FromRow)], [.. group.Select(row => row.ToRow)])));
        _copied.Clear();
        // A source that is only in part in a stored pack is announced with the next one: until all its rows have moved
        // it is needed anyhow.
        if (_stored.Count >= PacksPerAnnouncement)
            await AnnounceAsync(cancellationToken);
    }

    async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        if (_stored.Count == 0)
            return;
        var ulid = Ulid.New(repository.Environment.Time, repository.Environment.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.Index, _context.Domain, ulid, IndexCodec.Write(_stored).Written, repository.Keys, signer,
            repository.Environment.Random);
        var (key, _) = await ObjectWriter.PutDatedAsync(
            repository.Store, ObjectNames.Index, ulid, stored, cancellationToken);
        index.Absorb(key, [.. _stored]);
        await new MoveWriter(repository, moves, signer).PutAsync(_moved, cancellationToken);
        tally.Requests += 2;
        // R2. Whether a new pack was condemned meanwhile, every look asks anyhow (R4): then its sources stay needed.
        await retired.LookAsync(cancellationToken);
        foreach (var table in _stored.Where(table => retired.Condemned.Contains(table.Name)))
            tally.AddNotes([$"{ObjectNames.Pack(table.Name)}: condemned by another prune while it was made"]);
        _stored.Clear();
        _moved.Clear();
    }
}
