using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Packs;

/// <summary>
/// One pack being filled. Several threads fill it at once: each reserves a row with room for its ciphertext (under the
/// builder's lock), then encrypts into that room outside of any lock, then says it is done. When the pack is closed
/// and all reservations are done, whoever finds that out seals it (<see cref="PackSealer"/>).
/// </summary>
public sealed class PackBuilder : IDisposable
{
    // What a row costs in the table at most (id, flags, two lengths) and what the table costs besides.
    const int RowBytesMax = BlobId.Size + 1 + 4 + 4;
    const int TableBytesFixed = 2 + SignerId.Size + 4 + Aead.TagSize;

    readonly Lock _lock = new();
    readonly SecretKey _key;
    readonly List<PackRow> _rows = [];
    readonly long _sizeMax;
    int _filled;
    int _unfinished;
    bool _isClosed;

    public PackBuilder(PackContext context, PackKind kind) : this(context, kind, context.PackBytes)
    {
    }

    PackBuilder(PackContext context, PackKind kind, long sizeMax)
    {
        Invariant.That(sizeMax <= Limits.PackBytes);
        _sizeMax = sizeMax;
        Kind = kind;
        _key = SecretKey.CreateRandom(Aead.KeySize, context.Random);
        Header = CreateHeader(context, kind, _key);
        var header = Header.Encode();
        _filled = header.Length;
        Buffer = context.Buffers.Rent((int)sizeMax);
        header.CopyTo(Buffer.Span);
    }

    public PackKind Kind { get; }

    /// <summary>Of small files: to be stored in the usual class, wherever other data goes.</summary>
    public bool IsOfSmallFiles { get; init; }

    /// <summary>For one blob that does not fit into a pack of the usual size.</summary>
    public static PackBuilder ForOneBlob(
        PackContext context, PackKind kind, int storedLength, bool isOfSmallFile = false) =>
        new(context, kind, SizeWith(rows: 1, PackHeader.SizeWithKeys(1) + storedLength))
        {
            IsOfSmallFiles = isOfSmallFile,
        };

    /// <summary>Whether an empty pack of the usual size has room for a blob of that stored length.</summary>
    public static bool Fits(PackContext context, int storedLength) =>
        SizeWith(rows: 1, PackHeader.SizeWithKeys(1) + storedLength) <= context.PackBytes;

    public PackHeader Header { get; }

    internal PooledBuffer Buffer { get; }

    /// <summary>A cipher under this pack's key for one thread.</summary>
    public Aead CreateAead() => new(_key.AsSpan());

    /// <summary>
    /// Takes the next row and room for its ciphertext; false if the pack is closed or this does not fit in it any more.
    /// After true the caller must call <see cref="Finish"/>.
    /// </summary>
    public bool TryReserve(
        BlobId id, BlobKind kind, Codec codec, int plainLength, int storedLength, out PackReservation reservation)
    {
        lock (_lock)
        {
            var rows = _rows.Count + 1;
            var fits = rows <= Limits.PackRows && SizeWith(rows, _filled + storedLength) <= _sizeMax;
            if (_isClosed || !fits)
            {
                Invariant.That(_rows.Count > 0 || fits);
                reservation = default;
                return false;
            }
            reservation = new PackReservation((uint)_rows.Count, _filled, storedLength);
            _rows.Add(new PackRow(
                id, kind, codec, storedLength, plainLength, Key: 0, Ordinal: reservation.Ordinal, Author: 0));
            _filled += storedLength;
            _unfinished++;
            return true;
        }
    }

    /// <summary>The room of a reservation.</summary>
    public Span<byte> Room(PackReservation reservation) => Buffer.Span.Slice(reservation.Offset, reservation.Length);

    /// <summary>True for the one call after which the pack is closed and complete: that caller sees to its
    /// sealing.</summary>
    public bool Finish()
    {
        lock (_lock)
        {
            Invariant.That(_unfinished > 0);
            _unfinished--;
            return _isClosed && _unfinished == 0;
        }
    }

    /// <summary>No more rows. True if nothing is outstanding, so that the caller sees to the sealing.</summary>
    public bool Close()
    {
        lock (_lock)
        {
            Invariant.That(!_isClosed);
            _isClosed = true;
            return _unfinished == 0;
        }
    }

    internal PackRow[] CompletedRows()
    {
        lock (_lock)
        {
            Invariant.That(_isClosed && _unfinished == 0);
            return [.. _rows];
        }
    }

    internal int BlobsEnd => _filled;

    public void Dispose()
    {
        Buffer.Dispose();
        _key.Dispose();
    }

    static long SizeWith(int rows, int filled) => Padding.PaddedLength(
        filled + Padding.PaddedLength(TableBytesFixed + (long)rows * RowBytesMax) + PackLayout.TrailerSize);

    static PackHeader CreateHeader(PackContext context, PackKind kind, SecretKey key)
    {
        var salt = new byte[PackHeader.SaltSize];
        context.Random.Fill(salt);
        var box = new byte[PackHeader.BoxSize];
        var isSealed = SealedBox.TrySeal(context.RestoreKey, key.AsSpan(), box, context.Random);
        Invariant.That(isSealed);
        return new PackHeader(
            context.Domain, kind, salt, [new SealedPackKey(ObjectHeader.Suite, context.Epoch, box)]);
    }
}

/// <param name="Ordinal">Row and nonce.</param>
public readonly record struct PackReservation(uint Ordinal, int Offset, int Length);
