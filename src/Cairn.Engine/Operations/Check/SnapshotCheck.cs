using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Snapshots;

namespace Cairn.Engine.Operations.Check;

/// <summary>
/// Every snapshot is readable, has its ledger, and its manifest is whole: each blob it needs is known, in a pack that
/// is there, and named by the ledger.
/// </summary>
sealed class SnapshotCheck(CheckContext context, IReadOnlySet<PackNumber> missing)
{
    // By the hash, of which there may be copies under other names.
    readonly ILookup<ObjectHash, (Storage.ObjectKey Key, SignerId Host, DatedName Name)> _ledgers =
        context.Inventory.Ledgers.ToLookup(ledger => ledger.Name.Hash);

    readonly HashSet<PackPrefix> _gone =
        [.. context.Session.Retired.Deleted.Select(pack => PackPrefix.Of(pack))];

    readonly KnownPieces _known = new();

    /// <summary>Those that could be read, whole or not.</summary>
    public List<SnapshotInfo> Snapshots { get; } = [];

    /// <summary>Snapshots of whose manifest a piece is lost.</summary>
    public HashSet<string> Torn { get; } = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var retired = context.Session.Retired;
        var counting = context.Inventory.Snapshots
            .Where(name => !SnapshotCatalog.IsRetired(name, retired) && IsAccepted(name)).ToList();
        context.Monitor.Begin("checking snapshots", counting.Count);
        foreach (var name in counting)
        {
            var snapshot = await context.TryReadAsync(
                name.Key, name.Hash, bytes => SnapshotCatalog.Open(context.Repository, name, bytes.Span),
                cancellationToken);
            if (snapshot is not null)
            {
                Snapshots.Add(snapshot);
                if (SnapshotTags.Apply(context.Repository, retired.Tags, snapshot).Problem is { } problem)
                    context.Findings.Damage(problem.Object, problem.Kind, problem.Message);
                await CheckAsync(snapshot, cancellationToken);
            }
            context.Monitor.Add();
        }
    }

    bool IsAccepted(SnapshotName name)
    {
        var isAccepted = SnapshotCatalog.IsAccepted(name, context.Session.Retired, context.Repository.Signers);
        if (!isAccepted)
            context.Findings.Note(
                name.Key.Value, "its host was revoked, and no list accepts it: it does not count");
        return isAccepted;
    }

    async Task CheckAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Origin?.FindFault(snapshot) is { } fault)
            context.Findings.Damage(snapshot.Name.Key.Value, FailureKind.Signature, fault);
        var ledger = await ReadLedgerAsync(snapshot, cancellationToken);
        var coverage = new Coverage(context.Session.Index, missing, ledger, context.Session.Moves.Moves);
        // Perhaps one was made, and another deleted for it, since the index was read.
        if (coverage.NamesUnknownPacks(_gone))
            await context.Session.Blobs.MakeUnlistedPacksKnownAsync(cancellationToken);
        var tally = new Tally(coverage, context.Findings);
        await CheckManifestAsync(snapshot, coverage, tally, cancellationToken);
        if (tally.NotInLedger > 0)
            context.Findings.Damage(
                snapshot.Name.Key.Value, FailureKind.Content,
                $"its ledger does not name {tally.NotInLedger} of the blobs it needs: a prune would delete them");
    }

    async Task CheckManifestAsync(
        SnapshotInfo snapshot, Coverage coverage, Tally tally, CancellationToken cancellationToken)
    {
        var contents = new ContentReader(context.Session.Blobs);
        var manifest = SnapshotPath.Salvage(
            context.Session, snapshot, id => tally.Add(id), id => _known.Find(id, coverage));
        var needs = new PieceNeeds(_known, tally.Add);
        await foreach (var read in manifest.ReadAsync(ManifestRange.Everything, cancellationToken))
        {
            needs.Begin(read.Piece);
            if (read.Lost is { } lost)
            {
                Torn.Add(snapshot.Id);
                context.Findings.Damage(
                    snapshot.Name.Key.Value, FailureKind.Content,
                    $"a piece of its manifest is lost: {lost.Cause.Message}");
                continue;
            }
            for (var i = 0; i < read.Block.Entries.Length; i++)
                await CheckAsync(read.Block.Entries.Span[i], contents, needs, snapshot, cancellationToken);
        }
        needs.Begin(next: null);
    }

    async ValueTask CheckAsync(
        Entry entry, ContentReader contents, PieceNeeds needs, SnapshotInfo snapshot,
        CancellationToken cancellationToken)
    {
        foreach (var attribute in entry.Attributes)
        {
            if (attribute.StoredValue?.Blob is { } id)
                needs.Add(id);
        }
        if (!entry.HasContent)
            return;
        if (entry.Content!.ListDepth == 0)
        {
            foreach (var extent in entry.Content.Extents)
            {
                if (extent.Blob is { } id)
                    needs.Add(id);
            }
            return;
        }
        try
        {
            await foreach (var batch in contents.ReadBlobsAsync(entry.Content, entry.Size, cancellationToken))
            {
                foreach (var blob in batch)
                    needs.Add(blob.Id);
            }
        }
        catch (Exception e) when (e is DamagedObjectException or FormatViolationException)
        {
            needs.Spoil();
            Torn.Add(snapshot.Id);
            context.Findings.Damage(
                snapshot.Name.Key.Value, FailureKind.Content, $"a list of a file's chunks is lost: {e.Message}");
        }
    }

    async Task<Ledger?> ReadLedgerAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        var found = _ledgers[snapshot.Name.Ledger].FirstOrDefault(ledger =>
            ledger.Host == snapshot.Name.Host && ledger.Name.Ulid == snapshot.Name.Ulid);
        if (found == default)
        {
            context.Findings.Damage(
                snapshot.Name.Key.Value, kind: null,
                $"its ledger {snapshot.Name.Ledger} is missing: a prune cannot protect it");
            return null;
        }
        var ledger = await context.TryReadAsync(
            found.Key, found.Name.Hash, bytes => LedgerCheck.Open(context, found.Host, found.Name, bytes),
            cancellationToken);
        if (ledger is { Kind: not LedgerKind.Final })
            context.Findings.Damage(snapshot.Name.Key.Value, FailureKind.Content, "its ledger is an interim one");
        return ledger;
    }

    /// <summary>Any thread may add.</summary>
    sealed class Tally(Coverage coverage, FindingLog findings)
    {
        long _notInLedger;

        public long NotInLedger => Interlocked.Read(ref _notInLedger);

        /// <summary>Where it is, if nothing is wrong with it.</summary>
        public BlobLocation? Add(BlobId id)
        {
            switch (coverage.StateOf(id, out var place))
            {
                case BlobState.NotInLedger:
                    Interlocked.Increment(ref _notInLedger);
                    return null;
                case BlobState.Missing:
                    findings.Suspect(id);
                    return null;
                default:
                    return place;
            }
        }
    }
}
