using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Packs;

/// <summary>
/// A pack made of rows of other packs (docs/format.md, section 7, repacking): ciphertext is copied with the sealed key,
/// the ordinal and the author that it had, so nobody has to be able to read it. One thread.
/// </summary>
public sealed class PackCopier : IDisposable
{
    // What an explicit row costs in the table at most: id, flags, two lengths, key, ordinal, author.
    const int RowBytesMax = BlobId.Size + 1 + 4 + 4 + 2 + 5 + 2;
    static readonly int BlobsAt = PackHeader.SizeWithKeys(Limits.PackKeys);

    readonly PackContext _context;
    readonly PackKind _kind;
    readonly long _sizeMax;
    readonly PooledBuffer _buffer;
    readonly List<PackRow> _rows = [];
    readonly List<SealedPackKey> _keys = [];
    readonly List<SignerId> _authors;
    readonly Dictionary<Bytes80, ushort> _keyNumbers = [];
    readonly Dictionary<BlobId, int> _rowOf = [];
    int _filled;

    /// <param name="firstStored">Stored length of the first row: a pack may be larger than usual for its
    /// sake.</param>
    public PackCopier(PackContext context, PackKind kind, int firstStored)
    {
        _context = context;
        _kind = kind;
        _authors = [context.Author.Id];
        _sizeMax = Math.Min(Limits.PackBytes, Math.Max(context.PackBytes, SizeWith(1, firstStored, 1, 2)));
        _buffer = context.Buffers.Rent((int)_sizeMax + BlobsAt);
        _buffer.Length = _buffer.Capacity;
    }

    public bool IsEmpty => _rows.Count == 0;

    /// <summary>
    /// Copies a row of a pack that was verified as a whole. A blob that is here already is not copied again. False if
    /// it does not fit any more.
    /// </summary>
    public bool TryAdd(PackTable source, ReadOnlySpan<byte> stored, int row, int offset, out int copiedTo)
    {
        var facts = source.Rows[row];
        if (_rowOf.TryGetValue(facts.Id, out copiedTo))
            return true;
        var key = source.Keys[facts.Key];
        var box = new Bytes80(key.SealedBox.Span);
        var isNewKey = !_keyNumbers.TryGetValue(box, out var keyNumber);
        var authorId = source.Authors[facts.Author];
        var author = _authors.IndexOf(authorId);
        var (keys, authors) = (_keys.Count + (isNewKey ? 1 : 0), _authors.Count + (author < 0 ? 1 : 0));
        if (keys > Limits.PackKeys || authors > Limits.PackAuthors || _rows.Count + 1 > Limits.PackRows
            || SizeWith(_rows.Count + 1, _filled + facts.StoredLength, keys, authors) > _sizeMax)
            return false;
        if (isNewKey)
        {
            _keyNumbers.Add(box, keyNumber = (ushort)_keys.Count);
            _keys.Add(key);
        }
        if (author < 0)
        {
            author = _authors.Count;
            _authors.Add(authorId);
        }
        stored.Slice(offset, facts.StoredLength).CopyTo(_buffer.Span[(BlobsAt + _filled)..]);
        _filled += facts.StoredLength;
        copiedTo = _rows.Count;
        _rows.Add(facts with { Key = keyNumber, Author = (ushort)author });
        _rowOf.Add(facts.Id, copiedTo);
        return true;
    }

    /// <summary>The pack; the caller disposes it instead of this.</summary>
    public SealedPack Seal()
    {
        var salt = new byte[PackHeader.SaltSize];
        _context.Random.Fill(salt);
        var header = new PackHeader(_context.Domain, _kind, salt, [.. _keys]);
        var encoded = header.Encode();
        // Room for the greatest header was left in front.
        _buffer.Span.Slice(BlobsAt, _filled).CopyTo(_buffer.Span[encoded.Length..]);
        encoded.CopyTo(_buffer.Span);
        return PackSealer.Seal(_buffer, header, [.. _rows], [.. _authors], encoded.Length + _filled, _context);
    }

    public void Dispose() => _buffer.Dispose();

    static long SizeWith(int rows, int filled, int keys, int authors) => Padding.PaddedLength(
        PackHeader.SizeWithKeys(keys) + (long)filled
        + Padding.PaddedLength(2 + authors * SignerId.Size + 4 + Aead.TagSize + (long)rows * RowBytesMax)
        + PackLayout.TrailerSize);

    /// <summary>A sealed box, compared by its bytes.</summary>
    readonly record struct Bytes80(Bytes32 First, Bytes32 Second, Bytes16 Third)
    {
        public Bytes80(ReadOnlySpan<byte> bytes) : this(
            new Bytes32(bytes[..32]), new Bytes32(bytes.Slice(32, 32)),
            new Bytes16(bytes[64..])) { }
    }
}
