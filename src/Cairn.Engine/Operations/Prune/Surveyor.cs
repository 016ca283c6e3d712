using System.Collections.Concurrent;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Prune;

/// <summary>
/// Looks (M2, S2): lists everything anew each time, reads what it has not read, and stops with
/// <see cref="DamagedObjectException"/> where what it sees cannot be the whole truth. For "not seen" must mean "not
/// there" (S4).
/// </summary>
/// <param name="goesOn">
/// Where that is so it says so, and goes on with what it has: for who only protects, and must not be kept from it.
/// </param>
sealed class Surveyor(
    Repository repository, BlobIndex index, RetiredLog retired, MoveLog moves, WorkMonitor monitor,
    bool goesOn = false) : IDisposable
{
    // What looks like a loss may be a move, or a snapshot that was forgotten, while the look lasted.
    const int LooksAtLossMax = 3;

    // A ledger of a great snapshot takes some ten megabytes while it is read.
    const int LedgersAtOnce = 4;

    readonly Dictionary<ObjectKey, ListedLedger> _counted = [];
    readonly HashSet<ObjectKey> _foreign = [];
    readonly SemaphoreSlim _retiredLook = new(1);
    readonly SortedSet<string> _notes = new(StringComparer.Ordinal);
    Liveness _liveness = new();
    // Of snapshots alone: what a ledger without one names may be gone, rightly (docs/design/commit-protocol.md, P3).
    Liveness _promised = new();
    HashSet<ObjectHash> _committed = [];

    /// <summary>What was passed over, for a person.</summary>
    public IReadOnlyCollection<string> Notes => _notes;

    /// <summary>What else it would have stopped at: not all that is needed is known.</summary>
    public SortedSet<string> Gaps { get; } = new(StringComparer.Ordinal);

    public void Dispose() => _retiredLook.Dispose();

    /// <summary>The log has looked before: what it knew then is what this look decides about.</summary>
    public async Task<Survey> LookAsync(CancellationToken cancellationToken)
    {
        for (var look = 1;; look++)
        {
            var survey = await LookOnceAsync(cancellationToken);
            if (survey.Lost.Count == 0)
                return survey;
            if (look < LooksAtLossMax)
                continue;
            if (!goesOn)
                throw Lost(survey.Lost[0]);
            Gaps.UnionWith(survey.Lost.Select(pack => Lost(pack).Message));
            return survey;
        }
    }

    async Task<Survey> LookOnceAsync(CancellationToken cancellationToken)
    {
        var (condemned, proposed) = (retired.Condemned.ToHashSet(), retired.VoidProposed.ToHashSet());
        var seen = retired.FirstSeen.Keys.ToList();
        // Snapshots first: the ledger of each that shows was stored before it, and so shows too.
        var snapshots = await ListSnapshotsAsync(cancellationToken);
        var ledgers = await ListLedgersAsync(cancellationToken);
        // A host may have been let in since the repository was opened, before it stored a ledger.
        await repository.LearnSignersAsync(cancellationToken);
        _committed = [.. snapshots.Select(snapshot => snapshot.Ledger)];
        await ReadLedgersAsync(ledgers, DeadLedgers(snapshots), cancellationToken);
        await moves.LookAsync(cancellationToken);
        var packs = await ListPacksAsync(cancellationToken);
        // R5: whoever condemns a new pack later looks later, and sees its move.
        await retired.LookAsync(repository, cancellationToken);
        await UnlessGoingOnAsync(() => RequireWholeAsync(snapshots, ledgers, cancellationToken));
        await UnlessGoingOnAsync(() =>
        {
            RequireFirstSeen(seen, snapshots, ledgers);
            return Task.CompletedTask;
        });
        _liveness.Resolve(
            moves.Moves, pack => !retired.Condemned.Contains(pack) && Survey.IsListed(packs, pack));
        // What stands on a deletion list may go at any moment: where it is the last copy, the one that was to stay is
        // lost, and to go on would lose this one too.
        var leaving = retired.Deleted.Select(pack => PackPrefix.Of(pack)).ToHashSet();
        return new Survey
        {
            Condemned = condemned, Proposed = proposed, Snapshots = snapshots, Ledgers = ledgers, Packs = packs,
            Liveness = _liveness,
            Lost = _promised.FindLost(
                moves.Moves, prefix => !leaving.Contains(prefix) && Survey.IsListed(packs, prefix)),
        };
    }

    /// <summary>Ledgers whose snapshots were all forgotten.</summary>
    public HashSet<ObjectHash> ForgottenLedgers(IEnumerable<SnapshotName> snapshots) =>
        [.. snapshots.GroupBy(snapshot => snapshot.Ledger)
            .Where(group => group.All(snapshot => retired.Forgotten.Contains(snapshot.Hash)))
            .Select(group => group.Key)];

    async Task UnlessGoingOnAsync(Func<Task> look)
    {
        try
        {
            await look();
        }
        catch (Exception e) when (goesOn && e is DamagedObjectException or UnsupportedFormatException)
        {
            Gaps.Add(e.Message);
        }
    }

    // M7: until its void is final a ledger counts, whatever was proposed.
    HashSet<ObjectHash> DeadLedgers(IEnumerable<SnapshotName> snapshots)
    {
        var dead = ForgottenLedgers(snapshots);
        dead.UnionWith(retired.Void);
        return dead;
    }

    async Task<List<SnapshotName>> ListSnapshotsAsync(CancellationToken cancellationToken)
    {
        var snapshots = new List<SnapshotName>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Snapshots, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParseSnapshot(info.Key, out var name))
                snapshots.Add(name);
            else
                _notes.Add($"{info.Name}: not a name of Cairn's, left alone");
        }
        return snapshots;
    }

    async Task<List<ListedLedger>> ListLedgersAsync(CancellationToken cancellationToken)
    {
        var ledgers = new List<ListedLedger>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Ledgers, cancellationToken))
        {
            if (info.ForeignName is not null || !ObjectNames.TryParseLedger(info.Key, out var host, out var name))
                _notes.Add($"{info.Name}: not a name of Cairn's, left alone");
            else if (!_foreign.Contains(info.Key))
                ledgers.Add(_counted.GetValueOrDefault(info.Key)
                    ?? new ListedLedger(info.Key, host, name, info.Modified));
        }
        return ledgers;
    }

    async Task<List<ListedPack>> ListPacksAsync(CancellationToken cancellationToken)
    {
        var packs = new List<ListedPack>();
        await foreach (var info in repository.Store.ListAsync(ObjectNames.Packs, cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParsePack(info.Key, out var name))
                packs.Add(new ListedPack(name, info.Size, info.Modified, info.StorageClass));
            else
                _notes.Add($"{info.Name}: not a name of Cairn's, left alone");
        }
        return packs;
    }

    async Task ReadLedgersAsync(
        List<ListedLedger> ledgers, HashSet<ObjectHash> dead, CancellationToken cancellationToken)
    {
        // What needed something and is dead now cannot be taken out of a union.
        if (_counted.Values.Any(ledger => dead.Contains(ledger.Name.Hash)))
        {
            _counted.Clear();
            (_liveness, _promised) = (new Liveness(), new Liveness());
        }
        var unread = ledgers.FindAll(ledger => !dead.Contains(ledger.Name.Hash) && !_counted.ContainsKey(ledger.Key));
        monitor.Expect(unread.Count, bytes: 0);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Clamp(repository.Store.Capabilities.Concurrency, 1, LedgersAtOnce),
            CancellationToken = cancellationToken, TaskScheduler = repository.Environment.Threads.Scheduler,
        };
        var gone = new ConcurrentDictionary<ObjectKey, byte>();
        var rows = new RowCounts(index);
        await Parallel.ForEachAsync(unread, parallel, async (listed, cancellation) =>
        {
            if (await TryReadAsync(listed, cancellation) is { } ledger)
                Count(listed, ledger, rows);
            else
                gone[listed.Key] = 0;
            monitor.Add(files: 1, bytes: 0);
        });
        ledgers.RemoveAll(ledger => gone.ContainsKey(ledger.Key));
    }

    /// <summary>Null if it is not there any more, or nobody with a key of this repository made it.</summary>
    async Task<Ledger?> TryReadAsync(ListedLedger listed, CancellationToken cancellationToken)
    {
        try
        {
            return await ObjectReader.ReadAsync(
                repository.Store, listed.Key, listed.Name.Hash, bytes => Open(listed, bytes), cancellationToken);
        }
        catch (DamagedObjectException e) when (e.IsForeign)
        {
            lock (_notes)
            {
                _foreign.Add(listed.Key);
                _notes.Add($"{e.Message}: made without a key of this repository, passed over");
            }
            return null;
        }
        catch (Exception e) when (goesOn && (e is DamagedObjectException or UnsupportedFormatException
            || e is StoreException { Kind: StoreErrorKind.NotFound }))
        {
            lock (_notes)
                Gaps.Add(e.Message);
            return null;
        }
        // Another prune may have removed it: whether its void is final shows in what was retired by then.
        catch (StoreException e) when (e.Kind == StoreErrorKind.NotFound)
        {
            await _retiredLook.WaitAsync(CancellationToken.None);
            try
            {
                await retired.LookAsync(repository, cancellationToken);
                if (!retired.Void.Contains(listed.Name.Hash))
                    throw;
            }
            finally
            {
                _retiredLook.Release();
            }
            return null;
        }
    }

    Ledger Open(ListedLedger listed, ReadOnlyMemory<byte> bytes)
    {
        var opened = IndexEnvelope.Open(ObjectType.Ledger, bytes.Span, repository.Keys, repository.Signers);
        return opened.Ulid == listed.Name.Ulid && opened.Signer == listed.Host
            ? LedgerCodec.Decode(opened.Body)
            : throw new FormatViolationException(
                FailureKind.Name, "its name says another ULID or host than the object");
    }

    void Count(ListedLedger listed, Ledger ledger, RowCounts rows)
    {
        listed.Session = ledger.Session;
        listed.Previous = ledger.Previous.Hash;
        lock (_notes)
        {
            var contradictions = _liveness.Add(ledger, rows.Of);
            if (_committed.Contains(listed.Name.Hash))
                _promised.Add(ledger, rows.Of);
            _counted.Add(listed.Key, listed);
            if (contradictions > 0)
                _notes.Add(
                    $"{listed.Key}: it gives {contradictions} packs another number of rows than they have; all of "
                    + "them are kept");
        }
    }

    async Task RequireWholeAsync(
        List<SnapshotName> snapshots, List<ListedLedger> ledgers, CancellationToken cancellationToken)
    {
        if (repository.HasHostGaps)
            throw Stop(ObjectNames.Hosts, "records of hosts or maintainers are missing or damaged");
        // A listing may show the second of two objects that were stored while it ran, and not the first.
        if (retired.Gaps.Any() || moves.Gaps.Any())
        {
            await moves.LookAsync(cancellationToken);
            await retired.LookAsync(repository, cancellationToken);
        }
        if (retired.Gaps.FirstOrDefault() is { } gap)
            throw Stop(ObjectNames.Retired, gap);
        if (moves.Gaps.FirstOrDefault() is { } missing)
            throw Stop(ObjectNames.Moves, missing);
        var known = ledgers.Select(ledger => (ledger.Host, ledger.Name.Hash)).ToHashSet();
        foreach (var ledger in ledgers)
        {
            if (ledger.Previous is { } previous && !known.Contains((ledger.Host, previous))
                && !retired.Void.Contains(previous)
                && !await IsThereNowAsync(ledger.Host, previous, cancellationToken))
                throw Stop(ledger.Key.Value, $"the ledger before it, {previous}, is missing");
        }
        foreach (var snapshot in snapshots)
        {
            if (!known.Contains((snapshot.Host, snapshot.Ledger)) && !retired.Void.Contains(snapshot.Ledger)
                && !retired.Forgotten.Contains(snapshot.Hash))
                await RequireForeignAsync(snapshot, cancellationToken);
        }
    }

    async Task<bool> IsThereNowAsync(SignerId host, ObjectHash ledger, CancellationToken cancellationToken)
    {
        await foreach (var info in repository.Store.ListAsync($"{ObjectNames.Ledgers}{host}/", cancellationToken))
        {
            if (info.ForeignName is null && ObjectNames.TryParseLedger(info.Key, out _, out var name)
                && name.Hash == ledger)
                return true;
        }
        return false;
    }

    // What a maintainer has seen and signed for does not go without a record.
    void RequireFirstSeen(
        List<ObjectHash> seenBefore, List<SnapshotName> snapshots, List<ListedLedger> ledgers)
    {
        var there = ledgers.Select(ledger => ledger.Name.Hash).ToHashSet();
        there.UnionWith(snapshots.Select(snapshot => snapshot.Hash));
        foreach (var seen in seenBefore)
        {
            if (!there.Contains(seen) && !retired.Void.Contains(seen) && !retired.Forgotten.Contains(seen))
                throw Stop(
                    ObjectNames.Ledgers, $"the ledger or snapshot {seen}, which an earlier prune saw, is missing");
        }
    }

    async Task RequireForeignAsync(SnapshotName snapshot, CancellationToken cancellationToken)
    {
        try
        {
            await ObjectReader.ReadAsync(
                repository.Store, snapshot.Key, snapshot.Hash,
                bytes => SnapshotEnvelope.Verify(snapshot, bytes.Span, repository.Id, repository.Signers),
                cancellationToken);
        }
        catch (DamagedObjectException e) when (e.IsForeign)
        {
            _notes.Add($"{e.Message}: made without a key of this repository, passed over");
            return;
        }
        throw Stop(snapshot.Key.Value, $"its ledger {snapshot.Ledger} is missing, so nothing says what it needs");
    }

    static DamagedObjectException Lost(PackPrefix pack) => Stop(
        ObjectNames.Packs,
        $"a snapshot needs the pack {pack}..., which is not there or about to be deleted, and no move says where "
        + "its content is now");

    static DamagedObjectException Stop(string where, string what) => new(
        new ObjectKey(where.TrimEnd('/')), FailureKind.Framing,
        $"{what}. Nothing was condemned or deleted: run \"cairn check\"");
}
