using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Copy;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Repositories.Writing;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Repair;

/// <summary>
/// Takes whatever contents somebody has, keeps those that are wanted, and stores them in new packs; then an index
/// object names these, and moves tell that the bad rows lie there now (docs/design/commit-protocol.md, R1, R2). So
/// ledgers, which never change, are whole again, and a prune finds the bad packs needed by nobody. Any thread may
/// offer.
/// </summary>
sealed class Healer : ICopyTarget, IAsyncDisposable
{
    // Announced together; a run that is cut off before leaves so many packs that nothing needs.
    const int PacksPerAnnouncement = 32;

    readonly Lock _lock = new();
    readonly ReadSession _session;
    readonly BadRows _bad;
    readonly Signer _signer;
    readonly BlobWriter _writer;
    readonly WriteCounters _counters = new();
    readonly HashSet<BlobId> _wanted;
    readonly List<PackTable> _stored = [];
    long _blobs, _bytes;

    public Healer(ReadSession session, BadRows bad, CancellationToken cancellationToken)
    {
        _session = session;
        _bad = bad;
        _signer = session.Repository.RequireMaintainer();
        _wanted = [.. bad.Blobs.Keys];
        _writer = new BlobWriter(
            session.Repository, session.Index, new NeedSet(session.Index), _counters,
            new WriteOptions { StoresAgain = true, Author = _signer }, Register, cancellationToken);
    }

    public Repository Repository => _session.Repository;
    public long PacksStored => _counters.Packs;
    public long BytesStored => _counters.PackBytes;
    public List<string> Notes { get; } = [];

    /// <summary>Healed so far.</summary>
    public (long Blobs, long Bytes) Taken => (Interlocked.Read(ref _blobs), Interlocked.Read(ref _bytes));

    public bool IsDone
    {
        get
        {
            lock (_lock)
                return _wanted.Count == 0;
        }
    }

    public BlobId[] Wanted()
    {
        lock (_lock)
            return [.. _wanted];
    }

    public BlobKind KindOf(BlobId id) => _bad.Blobs[id].Kind;

    /// <summary>What nobody wants need not be read.</summary>
    public bool TryReuse(BlobId id, long length)
    {
        lock (_lock)
            return !_wanted.Contains(id);
    }

    /// <summary>The content's id, whether it was wanted or not. Nothing is believed: the id is computed.</summary>
    public BlobId Store(BlobKind kind, ReadOnlySpan<byte> plain, BlobWorker worker)
    {
        var id = Repository.Hasher.Hash((byte)kind, plain);
        lock (_lock)
        {
            if (!_wanted.Remove(id))
                return id;
        }
        var stored = _writer.Store(kind, plain, worker);
        Invariant.That(stored == id);
        Interlocked.Increment(ref _blobs);
        Interlocked.Add(ref _bytes, plain.Length);
        return id;
    }

    /// <summary>Announces what was stored if it is much by now.</summary>
    public Task AnnounceIfDueAsync(CancellationToken cancellationToken)
    {
        bool isDue;
        lock (_lock)
            isDue = _stored.Count >= PacksPerAnnouncement;
        return isDue ? AnnounceAsync(cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Index, moves, look. Nobody may store meanwhile.</summary>
    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        await _writer.FlushAsync();
        PackTable[] tables;
        lock (_lock)
        {
            tables = [.. _stored.OrderBy(table => table.Name)];
            _stored.Clear();
        }
        if (tables.Length == 0)
            return;
        foreach (var group in IndexGroups.ByRows(tables))
            await PutIndexAsync(group, cancellationToken);
        await _session.Moves.LookAsync(cancellationToken);
        await new MoveWriter(Repository, _session.Moves, _signer).PutAsync(
            tables.SelectMany(MovesTo), cancellationToken);
        await _session.Retired.LookAsync(cancellationToken);
        foreach (var table in tables.Where(table => _session.Retired.Condemned.Contains(table.Name)))
            Notes.Add(
                $"{ObjectNames.Pack(table.Name)}: condemned by a prune while it was made. Run the repair again");
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    PackNumber Register(PackTable table)
    {
        lock (_lock)
        {
            _stored.Add(table);
            return _session.Index.AddPending(table);
        }
    }

    async Task PutIndexAsync(List<PackTable> tables, CancellationToken cancellationToken)
    {
        var ulid = Ulid.New(Repository.Environment.Time, Repository.Environment.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.Index, Repository.CurrentEpoch.Domain, ulid, IndexCodec.Write(tables).Written, Repository.Keys,
            _signer, Repository.Environment.Random);
        var (key, _) = await ObjectWriter.PutDatedAsync(
            Repository.Store, ObjectNames.Index, ulid, stored, cancellationToken);
        _session.Index.Absorb(key, tables);
    }

    IEnumerable<MovedRows> MovesTo(PackTable table) =>
        Enumerable.Range(0, table.Rows.Length)
            .SelectMany(row => _bad.Blobs[table.Rows[row].Id].Rows.Select(from => (From: from, To: row)))
            .GroupBy(moved => moved.From.Pack)
            .Select(group => new MovedRows(
                group.Key, table.Name, [.. group.Select(moved => moved.From.Row)],
                [.. group.Select(moved => moved.To)]));
}
