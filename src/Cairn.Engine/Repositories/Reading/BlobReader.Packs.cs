using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>Takes the rows of a pack as they are decoded, on the thread that decodes.</summary>
public interface IPackRowSink
{
    /// <summary>The content is lent for the call.</summary>
    void OnRow(int row, in PackRow facts, ReadOnlySpan<byte> plain);

    /// <summary>This row of this pack cannot be had; another place may still hold the blob.</summary>
    void OnDamaged(int row, in PackRow facts, DamagedObjectException damage);
}

// Many rows of one pack with few requests.
public sealed partial class BlobReader
{
    // What one request fetches at most: small enough to be shared among workers and to bound memory whatever a pack's
    // size is.
    const int RangeBytesMax = 4 << 20;

    // What is fetched ahead of the workers: several requests, so that round trips to a far store count little. The most
    // is what half a gigabyte a second needs at 80 ms.
    const int BytesAhead = 16 << 20;
    const int BytesAheadMax = 40 << 20;

    // Bytes that nobody wants are fetched rather than asking twice.
    const int CheapGapMax = 64 << 10;
    const int GapMax = 1 << 20;

    /// <summary>
    /// How many of these ascending rows of a pack, from the first on, are best fetched in one request; at least one.
    /// </summary>
    public int CountOfNextRange(PackNumber pack, ReadOnlySpan<int> rows)
    {
        Invariant.That(rows.Length > 0);
        var gapMax = _repository.Store.Capabilities.HasCheapRanges ? CheapGapMax : GapMax;
        var start = _index.GetOffset(pack, rows[0]);
        var end = start + _index.GetRow(pack, rows[0]).StoredLength;
        for (var i = 1; i < rows.Length; i++)
        {
            Invariant.That(rows[i] > rows[i - 1]);
            var offset = _index.GetOffset(pack, rows[i]);
            var rowEnd = offset + _index.GetRow(pack, rows[i]).StoredLength;
            if (offset - end > gapMax || rowEnd - start > RangeBytesMax)
                return i;
            end = rowEnd;
        }
        return rows.Length;
    }

    /// <summary>How much to fetch ahead of so many workers. A store nearby needs no more than one each.</summary>
    public FetchLimits FetchLimitsFor(int workers)
    {
        var store = _repository.Store.Capabilities;
        return store.HasCheapRanges
            ? new FetchLimits(Math.Max(workers, 1), BytesAhead, BytesAhead)
            : new FetchLimits(Math.Max(store.Concurrency, 1), BytesAhead, BytesAheadMax);
    }

    /// <summary>What a request for these rows fetches.</summary>
    public int BytesOf(PackNumber pack, ReadOnlySpan<int> rows) =>
        EndOf(pack, rows[^1]) - _index.GetOffset(pack, rows[0]);

    /// <summary>
    /// Fetches from the first to the last of these ascending rows in one request. The result goes to
    /// <see cref="Decode(PackRange, IPackRowSink)"/> or is disposed.
    /// </summary>
    public async Task<PackRange> FetchAsync(
        PackNumber pack, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var facts = _index.GetPack(pack);
        var key = ObjectNames.Pack(facts.Name);
        var start = _index.GetOffset(pack, rows.Span[0]);
        var end = EndOf(pack, rows.Span[^1]);
        try
        {
            var bytes = await _repository.Store.GetAsync(
                key, new ByteRange(start, end - start), end - start, cancellationToken);
            Interlocked.Add(ref _bytesFetched, bytes.Length);
            return new PackRange(pack, facts, rows, start, bytes, Damage: null);
        }
        catch (StoreException e) when (DamageOf(key, e) is { } damage)
        {
            // A truncated pack still has its first rows: then they are fetched one by one.
            if (rows.Length == 1 || e.Kind is StoreErrorKind.NotFound)
                return new PackRange(pack, facts, rows, start, Bytes: null, damage);
            return new PackRange(pack, facts, rows, start, Bytes: null, damage)
            {
                Singles = await FetchSinglyAsync(pack, rows, cancellationToken),
            };
        }
    }

    /// <summary>Decodes every row, in order, on this thread. Takes over the range.</summary>
    public void Decode(PackRange range, IPackRowSink sink)
    {
        using (range)
        {
            if (range.Singles is { } singles)
            {
                foreach (var single in singles)
                    Decode(single, sink);
                return;
            }
            var aeads = new Aead?[range.Facts.Keys.Count];
            var decoder = TakeDecoder();
            try
            {
                foreach (var row in range.Rows.Span)
                    DecodeRow(range, row, decoder, aeads, sink);
            }
            finally
            {
                _decoders.Add(decoder);
                foreach (var aead in aeads)
                    aead?.Dispose();
            }
        }
    }

    /// <summary>All of that: few requests, each decoded before the next is made. One worker's way through a
    /// pack.</summary>
    public async Task ReadRowsAsync(
        PackNumber pack, ReadOnlyMemory<int> rows, IPackRowSink sink, CancellationToken cancellationToken)
    {
        while (rows.Length > 0)
        {
            var count = CountOfNextRange(pack, rows.Span);
            Decode(await FetchAsync(pack, rows[..count], cancellationToken), sink);
            rows = rows[count..];
        }
    }

    /// <summary>For verifying packs that the caller holds. Disposed, it goes back.</summary>
    internal PackDecoder BorrowDecoder(IReadOnlyList<SealedPackKey> keys) => new(this, keys, TakeDecoder());

    /// <summary>Decodes rows of one pack; one thread.</summary>
    internal sealed class PackDecoder(BlobReader reader, IReadOnlyList<SealedPackKey> keys, BlobDecoder decoder)
        : IDisposable
    {
        readonly Aead?[] _aeads = new Aead?[keys.Count];

        /// <summary>Whether the stored bytes are that blob.</summary>
        public bool TryDecode(in PackRow row, ReadOnlySpan<byte> stored)
        {
            try
            {
                decoder.Decode(in row, stored, _aeads[row.Key] ??= reader._keys.Open(keys[row.Key])).Dispose();
                return true;
            }
            // Also a key of an unknown epoch: one flipped bit of the number makes one.
            catch (FormatViolationException)
            {
                return false;
            }
        }

        public void Dispose()
        {
            reader._decoders.Add(decoder);
            foreach (var aead in _aeads)
                aead?.Dispose();
        }
    }

    void DecodeRow(PackRange range, int row, BlobDecoder decoder, Aead?[] aeads, IPackRowSink sink)
    {
        var facts = _index.GetRow(range.Pack, row);
        PooledBuffer plain;
        try
        {
            if (range.Damage is { } damage)
            {
                sink.OnDamaged(row, in facts, damage);
                return;
            }
            var offset = _index.GetOffset(range.Pack, row) - range.Start;
            var aead = aeads[facts.Key] ??= _keys.Open(range.Facts.Keys[facts.Key]);
            plain = decoder.Decode(in facts, range.Bytes!.Span.Slice(offset, facts.StoredLength), aead);
        }
        catch (FormatViolationException e) when (DamageOf(ObjectNames.Pack(range.Facts.Name), e) is { } damage)
        {
            sink.OnDamaged(row, in facts, damage);
            return;
        }
        using (plain)
            sink.OnRow(row, in facts, plain.Span);
    }

    async Task<List<PackRange>> FetchSinglyAsync(
        PackNumber pack, ReadOnlyMemory<int> rows, CancellationToken cancellationToken)
    {
        var singles = new List<PackRange>();
        try
        {
            for (var i = 0; i < rows.Length; i++)
                singles.Add(await FetchAsync(pack, rows.Slice(i, 1), cancellationToken));
            return singles;
        }
        catch
        {
            foreach (var single in singles)
                single.Dispose();
            throw;
        }
    }

    int EndOf(PackNumber pack, int row) => _index.GetOffset(pack, row) + _index.GetRow(pack, row).StoredLength;
}

/// <summary>Fetched, not yet decoded bytes of some rows of a pack, or why there are none. Owns the bytes.</summary>
public sealed record PackRange(
    PackNumber Pack, PackFacts Facts, ReadOnlyMemory<int> Rows, int Start, PooledBuffer? Bytes,
    DamagedObjectException? Damage) : IDisposable
{
    /// <summary>Row by row, where the whole could not be fetched.</summary>
    internal IReadOnlyList<PackRange>? Singles { get; init; }

    public void Dispose()
    {
        Bytes?.Dispose();
        foreach (var single in Singles ?? [])
            single.Dispose();
    }
}

/// <summary>What may be under way ahead of those who decode.</summary>
/// <param name="Bytes">In the beginning; a request that begins below may go beyond.</param>
/// <param name="BytesMax">Where these are not enough.</param>
public readonly record struct FetchLimits(int Requests, int Bytes, int BytesMax);
