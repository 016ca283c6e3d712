using System.Collections.Concurrent;
using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Reading;

/// <summary>
/// Reads blobs, singly by their id, or many of one pack. Borrows repository and index. Any thread. Whatever is
/// released was authenticated and hashed to its id (INV-3).
/// </summary>
public sealed partial class BlobReader : IBlobSource, IDisposable
{
    const long PieceCacheBytes = 8 << 20;

    readonly Repository _repository;
    readonly BlobIndex _index;
    readonly PackKeyCache _keys;
    readonly UnlistedPacks _unlisted;
    readonly PieceWindows _windows;
    readonly ConcurrentBag<BlobDecoder> _decoders = [];

    // Manifest pieces and lists, which neighbours in a tree need again; chunks never.
    readonly Lock _cacheLock = new();
    readonly LruCache<BlobId, ReadOnlyMemory<byte>> _pieces = new(PieceCacheBytes);
    long _bytesFetched;

    public BlobReader(Repository repository, BlobIndex index)
    {
        _repository = repository;
        _index = index;
        _keys = new PackKeyCache(repository.RequireSecrets().KeyRing);
        _unlisted = new UnlistedPacks(repository, index);
        _windows = new PieceWindows(repository);
    }

    /// <summary>Bytes that came from the store so far.</summary>
    public long BytesFetched => Interlocked.Read(ref _bytesFetched) + _windows.BytesFetched;

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(BlobKind kind, BlobId id, CancellationToken cancellationToken)
    {
        if (kind == BlobKind.Chunk)
            return new(ReadCopyAsync(kind, id, cancellationToken));
        lock (_cacheLock)
        {
            if (_pieces.TryGet(id, out var known))
                return new(known);
        }
        return new(ReadPieceAsync(kind, id, cancellationToken));
    }

    /// <summary>
    /// As <see cref="ReadAsync"/>, into a buffer that the caller owns. Tries every place the blob lies in, at last
    /// packs that the index does not name.
    /// </summary>
    /// <exception cref="DamagedObjectException">No place holds it whole.</exception>
    public async Task<PooledBuffer> ReadPooledAsync(BlobKind kind, BlobId id, CancellationToken cancellationToken)
    {
        var places = _index.FindAll(id);
        var (found, failure) = await TryPlacesAsync(kind, id, places, cancellationToken);
        if (found is not null)
            return found;
        await _unlisted.MakeKnownAsync(cancellationToken);
        var further = _index.FindAll(id).Except(places);
        var searches = _unlisted.Searches;
        (found, var laterFailure) = await TryPlacesAsync(kind, id, further, cancellationToken);
        // A search may have begun before its pack was repacked, and a listing may last.
        if (found is null && IsGone(failure) && await _unlisted.TryMakeKnownAgainAsync(searches, cancellationToken))
            (found, _) = await TryPlacesAsync(kind, id, _index.FindAll(id).Except(places), cancellationToken);
        return found ?? throw (failure ?? laterFailure) switch
        {
            null => new DamagedObjectException(
                PacksKey, FailureKind.Content, $"the blob {id} is missing: no pack that can be read holds it"),
            var e => e,
        };
    }

    /// <summary>A place of the blob, searched in packs that the index does not name if need be; null if there is
    /// none.</summary>
    public ValueTask<BlobLocation?> LocateAsync(BlobId id, CancellationToken cancellationToken)
    {
        return _index.TryFind(id, out var place) ? new(place) : new(SearchAsync(id, cancellationToken));

        async Task<BlobLocation?> SearchAsync(BlobId wanted, CancellationToken cancellation)
        {
            await _unlisted.MakeKnownAsync(cancellation);
            return _index.TryFind(wanted, out var found) ? found : null;
        }
    }

    /// <summary>Reads the tables of packs that the index does not name, once: from then on their blobs are
    /// found.</summary>
    public Task MakeUnlistedPacksKnownAsync(CancellationToken cancellationToken) =>
        _unlisted.MakeKnownAsync(cancellationToken);

    public void Dispose()
    {
        _keys.Dispose();
        _unlisted.Dispose();
        _windows.Dispose();
        foreach (var decoder in _decoders)
            decoder.Dispose();
    }

    // What is missing has no name, only the place where it should be.
    static readonly ObjectKey PacksKey = new("packs");

    async Task<ReadOnlyMemory<byte>> ReadCopyAsync(BlobKind kind, BlobId id, CancellationToken cancellationToken)
    {
        using var plain = await ReadPooledAsync(kind, id, cancellationToken);
        return plain.Span.ToArray();
    }

    async Task<ReadOnlyMemory<byte>> ReadPieceAsync(BlobKind kind, BlobId id, CancellationToken cancellationToken)
    {
        var bytes = await ReadCopyAsync(kind, id, cancellationToken);
        lock (_cacheLock)
            _pieces.TryAdd(id, bytes, bytes.Length);
        return bytes;
    }

    async Task<(PooledBuffer? Found, Exception? Failure)> TryPlacesAsync(
        BlobKind kind, BlobId id, IEnumerable<BlobLocation> places, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        foreach (var place in places)
        {
            try
            {
                return (await ReadAtAsync(kind, id, place, cancellationToken), null);
            }
            catch (DamagedObjectException e)
            {
                var (found, later) = await TryOtherVersionAsync(kind, id, place, cancellationToken);
                if (found is not null)
                    return (found, null);
                failure ??= later ?? e;
            }
        }
        return (null, failure);
    }

    /// <summary>Where somebody has put something on top of a pack, what lies below may be whole.</summary>
    async Task<(PooledBuffer? Found, Exception? Failure)> TryOtherVersionAsync(
        BlobKind kind, BlobId id, BlobLocation place, CancellationToken cancellationToken)
    {
        var key = ObjectNames.Pack(_index.GetPack(place.Pack).Name);
        if (!await _repository.Store.TryReplaceAsync(key, cancellationToken))
            return (null, null);
        try
        {
            return (await ReadAtAsync(kind, id, place, cancellationToken), null);
        }
        catch (DamagedObjectException e)
        {
            return (null, e);
        }
    }

    async Task<PooledBuffer> ReadAtAsync(
        BlobKind kind, BlobId id, BlobLocation place, CancellationToken cancellationToken)
    {
        var pack = _index.GetPack(place.Pack);
        var row = _index.GetRow(place.Pack, place.Row);
        Invariant.That(row.Id == id);
        var key = ObjectNames.Pack(pack.Name);
        try
        {
            if (row.Kind != kind)
                throw new FormatViolationException(
                    FailureKind.Content, $"the blob {id} is there as {row.Kind}, not as {kind}");
            var offset = _index.GetOffset(place.Pack, place.Row);
            using var aead = _keys.Open(pack.Keys[row.Key]);
            if (kind != BlobKind.Chunk
                && await TryReadInWindowAsync(place.Pack, pack, row, offset, aead, cancellationToken) is { } piece)
                return piece;
            using var stored = await _repository.Store.GetAsync(
                key, new ByteRange(offset, row.StoredLength), row.StoredLength, cancellationToken);
            Interlocked.Add(ref _bytesFetched, stored.Length);
            return Decode(in row, stored.Span, aead);
        }
        catch (Exception e) when (DamageOf(key, e) is { } damage)
        {
            throw damage;
        }
    }

    // What is not whole there is asked for by itself before anything is said about it.
    async Task<PooledBuffer?> TryReadInWindowAsync(
        PackNumber number, PackFacts pack, PackRow row, int offset, Aead aead, CancellationToken cancellationToken)
    {
        var stored = await _windows.ReadAsync(number, pack, offset, row.StoredLength, cancellationToken);
        if (stored.IsEmpty)
            return null;
        try
        {
            return Decode(in row, stored.Span, aead);
        }
        catch (FormatViolationException)
        {
            return null;
        }
    }

    /// <summary>What a failure says about this pack; null if it is about something else, and has to stop the
    /// reader.</summary>
    static DamagedObjectException? DamageOf(ObjectKey key, Exception exception) => exception switch
    {
        FormatViolationException { Kind: not (FailureKind.WrongKey or FailureKind.Unsupported) } e =>
            new DamagedObjectException(key, e.Kind, e.Message, e),
        StoreException e when ObjectProblem.IsAboutObject(e.Kind) =>
            new DamagedObjectException(key, FailureKind.Content, WithoutName(key, e.Message), e),
        _ => null,
    };

    static bool IsGone(Exception? failure) =>
        failure is DamagedObjectException { InnerException: StoreException { Kind: StoreErrorKind.NotFound } };

    // Both name the object; once is enough.
    static string WithoutName(ObjectKey key, string message) =>
        message.StartsWith($"{key}: ", StringComparison.Ordinal) ? message[(key.Value.Length + 2)..] : message;

    PooledBuffer Decode(in PackRow row, ReadOnlySpan<byte> stored, Aead aead)
    {
        var decoder = TakeDecoder();
        try
        {
            return decoder.Decode(in row, stored, aead);
        }
        finally
        {
            _decoders.Add(decoder);
        }
    }

    BlobDecoder TakeDecoder() => _decoders.TryTake(out var decoder)
        ? decoder
        : new BlobDecoder(_repository.Id, _repository.Hasher, _repository.Environment.Buffers);
}
