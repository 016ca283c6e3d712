using System.Collections.Concurrent;
using Cairn.Engine.Crypto;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories.Writing;

/// <summary>
/// Stores blobs that are not known yet and marks the ones that are: id → known? → compress → encrypt → pack. Any number
/// of threads at once, each with a worker of its own; they share only the open packs' row counters.
/// </summary>
public sealed class BlobWriter : IAsyncDisposable
{
    readonly Repository _repository;
    readonly BlobIndex _index;
    readonly NeedSet _needs;
    readonly WriteCounters _counters;
    readonly PackContext _context;
    readonly PackUploader _uploader;
    readonly bool _isDryRun;
    readonly bool _storesAgain;

    // Blobs reserved in packs that are not stored yet. A blob leaves when the index knows its pack.
    readonly ConcurrentDictionary<BlobId, byte> _underWay = new();
    readonly Lock _swapping = new();
    PackBuilder? _dataPack;
    PackBuilder? _smallPack;
    PackBuilder? _manifestPack;

    /// <param name="register">
    /// Makes a pack that was just stored known to the index and to whoever will announce it, in one step: what can be
    /// found must not be missing in the next index object.
    /// </param>
    public BlobWriter(
        Repository repository, BlobIndex index, NeedSet needs, WriteCounters counters, WriteOptions options,
        Func<PackTable, PackNumber> register, CancellationToken cancellationToken)
    {
        _repository = repository;
        _index = index;
        _needs = needs;
        _counters = counters;
        _isDryRun = options.IsDryRun;
        _storesAgain = options.StoresAgain;
        _context = options.Author is { } author
            ? repository.CreatePackContext(author)
            : repository.CreatePackContext();
        _uploader = new PackUploader(
            repository.Store, _context, table => Register(table, register), options.PacksInFlightFor(repository),
            repository.Environment.Threads, cancellationToken);
    }

    /// <summary>Returns when the blob is known or has its place in a pack; stored it is after <see
    /// cref="FlushAsync"/>.</summary>
    /// <param name="level">Of compression, or <see cref="BlobWorker.NoCompression"/>; null for the worker's. What is
    /// known already stays as it is.</param>
    /// <param name="isOfSmallFile">Goes into a pack that stays hot; what is known already stays where it is.</param>
    public BlobId Store(
        BlobKind kind, ReadOnlySpan<byte> plain, BlobWorker worker, int? level = null, bool isOfSmallFile = false)
    {
        var id = _repository.Hasher.Hash((byte)kind, plain);
        if ((!_storesAgain && TryReuse(id)) || !_underWay.TryAdd(id, 0))
            return id;
        _counters.AddNewBlob(plain.Length);
        if (!_isDryRun)
            Append(id, kind, plain, worker, level, isOfSmallFile);
        return id;
    }

    /// <summary>If the blob is known in a pack that may be relied on, marks it as needed.</summary>
    public bool TryReuse(BlobId id)
    {
        if (!_index.TryFind(id, out var location))
            return false;
        _needs.Mark(location);
        return true;
    }

    /// <summary>Closes the open packs and waits until all are stored.</summary>
    public async Task FlushAsync()
    {
        CloseAndEnqueue(ref _dataPack, replaced: null);
        CloseAndEnqueue(ref _smallPack, replaced: null);
        CloseAndEnqueue(ref _manifestPack, replaced: null);
        await _uploader.DrainAsync();
    }

    /// <summary>Cancelled when the caller's is, when storing failed, and when it was stopped.</summary>
    public CancellationToken Stopped => _uploader.Stopped;

    /// <summary>Gives up what is being stored; nobody waits any more.</summary>
    public void Stop() => _uploader.Stop();

    public void ThrowIfFailed() => _uploader.ThrowIfFailed();

    public async ValueTask DisposeAsync()
    {
        await _uploader.DisposeAsync();
        _dataPack?.Dispose();
        _smallPack?.Dispose();
        _manifestPack?.Dispose();
    }

    void Append(
        BlobId id, BlobKind kind, ReadOnlySpan<byte> plain, BlobWorker worker, int? level, bool isOfSmallFile)
    {
        var encoded = worker.Encode(plain, level, out var codec);
        ref var slot = ref kind != BlobKind.Chunk ? ref _manifestPack
            : ref isOfSmallFile ? ref _smallPack : ref _dataPack;
        var packKind = kind == BlobKind.Chunk ? PackKind.Data : PackKind.Manifest;
        var storedLength = encoded.Length + Aead.TagSize;
        if (!PackBuilder.Fits(_context, storedLength))
        {
            AppendAlone(packKind, id, kind, codec, plain.Length, encoded, worker, isOfSmallFile);
            return;
        }
        while (true)
        {
            var pack = OpenPack(ref slot, packKind, isOfSmallFile);
            if (pack.TryReserve(id, kind, codec, plain.Length, storedLength, out var room))
            {
                Encrypt(pack, room, id, kind, codec, plain.Length, encoded, worker);
                if (pack.Finish())
                    _uploader.Enqueue(pack);
                return;
            }
            CloseAndEnqueue(ref slot, pack);
        }
    }

    // Chunks may be larger than the packs that a repository wants; such a one gets a larger pack to itself.
    void AppendAlone(
        PackKind packKind, BlobId id, BlobKind kind, Codec codec, int plainLength, ReadOnlySpan<byte> encoded,
        BlobWorker worker, bool isOfSmallFile)
    {
        var storedLength = encoded.Length + Aead.TagSize;
        var pack = PackBuilder.ForOneBlob(_context, packKind, storedLength, isOfSmallFile);
        var fits = pack.TryReserve(id, kind, codec, plainLength, storedLength, out var room);
        Invariant.That(fits);
        Encrypt(pack, room, id, kind, codec, plainLength, encoded, worker);
        pack.Finish();
        pack.Close();
        _uploader.Enqueue(pack);
    }

    void Encrypt(
        PackBuilder pack, PackReservation room, BlobId id, BlobKind kind, Codec codec, int plainLength,
        ReadOnlySpan<byte> encoded, BlobWorker worker)
    {
        Span<byte> aad = stackalloc byte[BlobAad.Size];
        BlobAad.Write(aad, _repository.Id, id, kind, codec, plainLength);
        worker.CipherOf(pack).Encrypt(room.Ordinal, aad, encoded, pack.Room(room));
    }

    PackBuilder OpenPack(ref PackBuilder? slot, PackKind kind, bool isOfSmallFile)
    {
        if (Volatile.Read(ref slot) is { } open)
            return open;
        _uploader.WaitForRoom();
        lock (_swapping)
            return slot ??= new PackBuilder(_context, kind) { IsOfSmallFiles = isOfSmallFile };
    }

    /// <summary>Closes the pack in the slot: the given one, unless another thread was faster; or whichever is
    /// there.</summary>
    void CloseAndEnqueue(ref PackBuilder? slot, PackBuilder? replaced)
    {
        PackBuilder? pack;
        lock (_swapping)
        {
            pack = slot;
            if (pack is null || (replaced is not null && !ReferenceEquals(pack, replaced)))
                return;
            slot = null;
        }
        // With encryptions outstanding, the last of them brings the pack to the uploader.
        if (pack.Close())
            _uploader.Enqueue(pack);
    }

    void Register(PackTable table, Func<PackTable, PackNumber> register)
    {
        var number = register(table);
        _needs.MarkAll(number, table.Rows.Length);
        foreach (ref readonly var row in table.Rows.AsSpan())
            _underWay.TryRemove(row.Id, out _);
        _counters.AddPack(table.PackSize);
    }
}

public sealed record WriteOptions
{
    // What full packs on their way to a store behind a network may hold.
    const int BytesInFlight = 64 << 20;

    /// <summary>
    /// Full packs being sealed and stored at once; each takes a pack's size of memory. Null: as many as suit the store.
    /// </summary>
    public int? PacksInFlightMax { get; init; }

    /// <summary>One connection seldom fills a line, and a disk is no faster for more than two.</summary>
    internal int PacksInFlightFor(Repository repository)
    {
        var store = repository.Store.Capabilities;
        return PacksInFlightMax
            ?? (store.HasCheapRanges ? 2 : Math.Clamp(BytesInFlight / repository.Descriptor.PackBytes, 2, 8));
    }

    /// <summary>Everything is done but storing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Store also what is known: the places where it lies are damaged.</summary>
    internal bool StoresAgain { get; init; }

    /// <summary>Who signs packs; null for this host.</summary>
    internal Signer? Author { get; init; }
}

/// <summary>Counts of what a session stored; read at any time for progress.</summary>
public sealed class WriteCounters
{
    long _blobs, _plainBytes, _packs, _packBytes;

    public long Blobs => Interlocked.Read(ref _blobs);
    public long PlainBytes => Interlocked.Read(ref _plainBytes);
    public long Packs => Interlocked.Read(ref _packs);
    public long PackBytes => Interlocked.Read(ref _packBytes);

    internal void AddNewBlob(int plainBytes)
    {
        Interlocked.Increment(ref _blobs);
        Interlocked.Add(ref _plainBytes, plainBytes);
    }

    internal void AddPack(int bytes)
    {
        Interlocked.Increment(ref _packs);
        Interlocked.Add(ref _packBytes, bytes);
    }
}
