using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing.Trees;

namespace Cairn.Testing.Repositories;

/// <summary>
/// Writes snapshots with the engine's own parts, but step by step and in one thread, so that tests say how many blobs
/// lie in a pack and how files are cut. Several snapshots in a row share blobs and continue one chain.
/// </summary>
public sealed class TestSnapshotWriter(TestRepository target, Repository host)
{
    readonly TestBlobSink _sink = new(target, host);
    ObjectHash? _previousLedger;

    /// <summary>Files are cut into pieces of this length.</summary>
    public int ChunkBytes { get; init; } = 4096;

    public int BlobsPerPack { get => _sink.BlobsPerPack; init => _sink.BlobsPerPack = value; }

    /// <summary>Chunks of zeros become holes.</summary>
    public bool MakesHoles { get; init; }

    /// <summary>No index objects are written, as by a run that was cut off.</summary>
    public bool OmitsIndex { get; init; }

    /// <summary>So many packs are left out of ledgers, as a faulty writer would.</summary>
    public int LedgerOmissions { get; init; }

    /// <summary>Changes pieces of the manifest before they are stored, as only one who has the keys can.</summary>
    public Func<byte[], byte[]>? Forge { get => _sink.Forge; init => _sink.Forge = value; }

    public IReadOnlyDictionary<BlobId, (ObjectHash Pack, int Row)> Places => _sink.Places;

    public async Task<SnapshotInfo> WriteAsync(TestTree tree, params string[] tags)
    {
        _sink.BeginSnapshot();
        var manifest = new ManifestBuilder(_sink, host.PieceCutter);
        var nodes = tree.Nodes.ToList();
        nodes.Sort(Compare);
        foreach (var node in nodes)
        {
            if (node.Content is { } content)
                node.Entry.Content = Store(content);
            manifest.Add(node.Class, node.Directory, node.Entry);
        }
        var root = manifest.Finish();
        var tables = await _sink.FlushAsync();
        if (!OmitsIndex && tables.Count > 0)
            await PutAsync(ObjectType.Index, IndexCodec.Encode(tables), (ulid, hash) =>
                ObjectNames.Dated(ObjectNames.Index, ulid, hash));
        return await CommitAsync(nodes, root, tags);
    }

    async Task<SnapshotInfo> CommitAsync(List<TestNode> nodes, ManifestRoot root, string[] tags)
    {
        target.Time.Advance(TimeSpan.FromMinutes(1));
        var now = target.Time.GetUtcNow();
        var ledger = new Ledger
        {
            Kind = LedgerKind.Final, Time = now, Session = Ulid.New(target.Time, target.Random),
            Source = new ObjectHash(target.Random.Bytes(32)), Tags = [],
            Previous = _previousLedger is { } previous ? PreviousLedger.Known(previous) : PreviousLedger.First,
            Packs = [.. _sink.LedgerPacks().Skip(LedgerOmissions)],
        };
        var (ulid, ledgerHash) = await PutAsync(ObjectType.Ledger, LedgerCodec.Encode(ledger), (ulid, hash) =>
            ObjectNames.Ledger(host.RequireHost().Id, ulid, hash));
        _previousLedger = ledgerHash;

        var info = new SnapshotInfo
        {
            Name = default, Time = now, Finished = now, HostName = "testhost", UserName = "someone", Source = "test",
            Roots = [Encoding.Latin1.GetBytes("/")], Tags = tags, Manifest = root.Id, ManifestLevel = root.Level,
            Statistics = new SnapshotStatistics { Files = nodes.Count(node => node.Content is not null) },
            Problems = [], ProblemCount = 0, Program = "tests", Parent = null,
        };
        var epoch = host.CurrentEpoch;
        var stored = SnapshotEnvelope.Seal(
            new SnapshotSeal(ulid, ledgerHash, epoch.Number, epoch.Domain, epoch.Restore), SnapshotCodec.Encode(info),
            host.Id, host.RequireHost().Signer, target.Random);
        var name = new SnapshotName(host.RequireHost().Id, ulid, ledgerHash, ObjectWriter.HashOf(stored));
        await target.Store.PutAsync(name.Key, [stored], PutOptions.Hot, CancellationToken.None);
        return info with { Name = name };
    }

    async Task<(Ulid, ObjectHash)> PutAsync(ObjectType type, byte[] body, Func<Ulid, ObjectHash, ObjectKey> name)
    {
        var ulid = Ulid.New(target.Time, target.Random);
        var stored = IndexEnvelope.Seal(
            type, domain: 0, ulid, body, host.Keys, host.RequireHost().Signer, target.Random);
        var hash = ObjectWriter.HashOf(stored);
        await target.Store.PutAsync(name(ulid, hash), [stored], PutOptions.Hot, CancellationToken.None);
        return (ulid, hash);
    }

    FileContent Store(byte[] content)
    {
        var lists = new ExtentListBuilder(_sink);
        lists.Begin(log: null);
        for (var offset = 0; offset < content.Length; offset += ChunkBytes)
        {
            var chunk = content.AsSpan(offset, Math.Min(ChunkBytes, content.Length - offset));
            BlobId? id = MakesHoles && !chunk.ContainsAnyExcept((byte)0) ? null : _sink.Put(BlobKind.Chunk, chunk);
            lists.Add(new Extent(chunk.Length, id));
        }
        return lists.Finish();
    }

    static int Compare(TestNode left, TestNode right)
    {
        var byBlock = ManifestOrder.CompareBlocks(left.Class, left.Directory, right.Class, right.Directory);
        return byBlock != 0 ? byBlock : left.Entry.Name.Span.SequenceCompareTo(right.Entry.Name.Span);
    }
}

/// <summary>Puts blobs into packs of a given number of blobs, and remembers what a snapshot needs.</summary>
sealed class TestBlobSink(TestRepository target, Repository host) : IBlobSink
{
    readonly PackContext _context = host.CreatePackContext();
    readonly Dictionary<PackKind, List<(BlobId Id, BlobKind Kind, byte[] Plain)>> _open = [];
    readonly HashSet<BlobId> _known = [];
    readonly HashSet<BlobId> _needed = [];
    readonly List<PackTable> _tables = [];
    readonly Dictionary<ObjectHash, int> _rowCounts = [];

    public int BlobsPerPack { get; set; } = 64;

    public Func<byte[], byte[]>? Forge { get; set; }

    public Dictionary<BlobId, (ObjectHash Pack, int Row)> Places { get; } = [];

    public void BeginSnapshot() => _needed.Clear();

    public BlobId Put(BlobKind kind, ReadOnlySpan<byte> plain)
    {
        if (Forge is { } forge && kind == BlobKind.Manifest)
            plain = forge(plain.ToArray());
        var id = host.Hasher.Hash((byte)kind, plain);
        _needed.Add(id);
        if (!_known.Add(id))
            return id;
        var pack = kind == BlobKind.Chunk ? PackKind.Data : PackKind.Manifest;
        if (!_open.TryGetValue(pack, out var blobs))
            _open.Add(pack, blobs = []);
        blobs.Add((id, kind, plain.ToArray()));
        if (blobs.Count >= BlobsPerPack || blobs.Sum(blob => blob.Plain.Length) > 700_000)
            Close(pack);
        return id;
    }

    public Task<List<PackTable>> FlushAsync()
    {
        foreach (var pack in _open.Keys.ToArray())
            Close(pack);
        List<PackTable> tables = [.. _tables];
        _tables.Clear();
        return Task.FromResult(tables);
    }

    public LedgerPack[] LedgerPacks() =>
    [
        .. _needed.Select(id => Places[id]).GroupBy(place => place.Pack).OrderBy(group => group.Key).Select(group =>
        {
            var prefix = PackPrefix.Of(group.Key);
            var rows = _rowCounts[group.Key];
            if (group.Count() == rows)
                return new LedgerPack(prefix, 0, default);
            var bitmap = new byte[(rows + 7) / 8];
            foreach (var (_, row) in group)
                bitmap[row >> 3] |= (byte)(1 << (row & 7));
            return new LedgerPack(prefix, (uint)rows, bitmap);
        }),
    ];

    void Close(PackKind kind)
    {
        if (!_open.Remove(kind, out var blobs))
            return;
        using var builder = new PackBuilder(_context, kind);
        using (var aead = builder.CreateAead())
        using (var compressor = new Cairn.Engine.Compression.ZstdCompressor(3))
        {
            foreach (var (id, blobKind, plain) in blobs)
                Append(builder, aead, compressor, id, blobKind, plain);
        }
        builder.Close();
        using var pack = PackSealer.Seal(builder, _context);
        _ = target.Store.PutAsync(
            ObjectNames.Pack(pack.Table.Name), [pack.Bytes], PutOptions.Data, CancellationToken.None);
        _tables.Add(pack.Table);
        _rowCounts.Add(pack.Table.Name, pack.Table.Rows.Length);
        for (var row = 0; row < pack.Table.Rows.Length; row++)
            Places[pack.Table.Rows[row].Id] = (pack.Table.Name, row);
    }

    void Append(
        PackBuilder builder, Cairn.Engine.Crypto.Aead aead, Cairn.Engine.Compression.ZstdCompressor compressor,
        BlobId id, BlobKind kind, byte[] plain)
    {
        var scratch = new byte[plain.Length];
        var length = plain.Length == 0 ? 0 : compressor.Compress(plain, scratch);
        var (codec, encoded) = length == 0 ? (Codec.Stored, plain) : (Codec.Zstd, scratch[..length]);
        var hasRoom = builder.TryReserve(
            id, kind, codec, plain.Length, encoded.Length + Cairn.Engine.Crypto.Aead.TagSize, out var room);
        Invariant.That(hasRoom);
        var aad = new byte[BlobAad.Size];
        BlobAad.Write(aad, host.Id, id, kind, codec, plain.Length);
        aead.Encrypt(room.Ordinal, aad, encoded, builder.Room(room));
        builder.Finish();
    }
}
