using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Google.Protobuf;

namespace Cairn.Engine.Repositories;

/// <summary>
/// What <c>retired/</c> announces: the other side of the commit protocol (docs/design/commit-protocol.md). Read
/// again and
/// again during a backup; each look fetches only what is new.
/// </summary>
/// <param name="skipsDamaged">For readers only: a record that cannot be read becomes a problem and stops
/// nobody.</param>
public sealed class RetiredLog(
    IObjectStore store, EnvelopeKeys keys, SignerRegistry signers, bool skipsDamaged = false)
{
    readonly HashSet<ObjectKey> _read = [];
    readonly RecordChains _chains = new(ObjectNames.Retired);
    readonly List<string> _problems = [];
    readonly Dictionary<ObjectKey, string> _unknown = [];
    // So many were enrolled when the unknown were last held against them.
    int _enrolled;

    /// <summary>Packs that will be deleted or have been: never again a place to deduplicate against.</summary>
    public HashSet<ObjectHash> Condemned { get; } = [];
    public HashSet<ObjectHash> Deleted { get; } = [];

    /// <summary>Hashes of snapshot objects that no longer count.</summary>
    public HashSet<ObjectHash> Forgotten { get; } = [];

    /// <summary>Hashes of ledger objects.</summary>
    public HashSet<ObjectHash> VoidProposed { get; } = [];
    public HashSet<ObjectHash> Void { get; } = [];

    /// <summary>When maintainers first saw ledgers and snapshots, by their clocks; the earliest of several.</summary>
    public Dictionary<ObjectHash, DateTimeOffset> FirstSeen { get; } = [];

    /// <summary>
    /// When packs were condemned and voids proposed, by the clock of who did: how long hosts have been given notice.
    /// The earliest of several; what only a summary tells has no time.
    /// </summary>
    public Dictionary<ObjectHash, DateTimeOffset> Announced { get; } = [];

    /// <summary>Hashes of snapshots of revoked hosts that count all the same.</summary>
    public HashSet<ObjectHash> Accepted { get; } = [];

    /// <summary>The tags that snapshots were given after they were made, still sealed.</summary>
    public SealedTagRegister Tags { get; } = new();

    /// <summary>
    /// No pack that is not condemned loses its lock before, by what maintainers found; null if none has said so.
    /// </summary>
    public DateTimeOffset? LockBound { get; private set; }

    /// <summary>There are records of signers who are not known here.</summary>
    public bool HasUnknownSigners => _unknown.Count > 0;

    /// <summary>Records that could not be read, and links missing in the chains.</summary>
    public IReadOnlyList<string> Problems => [.. Notes, .. _chains.FindGaps()];

    /// <summary>Records that were passed over, because nobody entitled made them or they cannot be read.</summary>
    public IReadOnlyList<string> Notes => [.. _problems, .. _unknown.Values];

    /// <summary>Records that are missing in their chains.</summary>
    public IEnumerable<string> Gaps => _chains.FindGaps();

    /// <summary>
    /// Whether a prune deletes it, or has: nothing else is ever deleted (docs/design/prune.md).
    /// </summary>
    public bool Removes(ObjectKey key) =>
        ObjectNames.TryParsePack(key, out var pack) ? Deleted.Contains(pack)
        : ObjectNames.TryParseSnapshot(key, out var snapshot)
            ? Forgotten.Contains(snapshot.Hash) || Void.Contains(snapshot.Ledger)
        : ObjectNames.TryParseLedger(key, out _, out var ledger) && Void.Contains(ledger.Hash);

    /// <summary>
    /// Looks: reads what has come since the last look. A record that cannot be read stops the caller, because it may
    /// condemn what the caller relies on.
    /// </summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var found = new List<(ObjectKey Key, DatedName Name)>();
        await foreach (var info in store.ListAsync(ObjectNames.Retired, cancellationToken))
        {
            if (info.ForeignName is null && !_read.Contains(info.Key) && !_unknown.ContainsKey(info.Key)
                && ObjectNames.TryParseDated(ObjectNames.Retired, info.Key, out var name))
                found.Add((info.Key, name));
        }
        await foreach (var (key, name, reading) in ObjectReader.ReadAllAsync(store, found, cancellationToken))
        {
            try
            {
                var bytes = await reading;
                ObjectReader.Decode(key, () => Take(bytes, name));
                _read.Add(key);
            }
            // Anybody who stole a host can plant such a record, and must not stop the others with it. Whether it may
            // have been a maintainer whose own record is lost, the caller knows.
            catch (DamagedObjectException e) when (e.IsOfUnknownSigner)
            {
                _unknown.Add(key, e.Message);
            }
            catch (DamagedObjectException e) when (e.IsForeign || skipsDamaged)
            {
                _problems.Add(e.Message);
                _read.Add(key);
            }
            catch (UnsupportedFormatException e) when (skipsDamaged)
            {
                _problems.Add(e.Message);
                _read.Add(key);
            }
        }
    }

    /// <summary>
    /// Looks, and takes nobody for a stranger who is none: whoever was entitled since the repository was opened may
    /// have condemned what the caller relies on (docs/design/commit-protocol.md, S4).
    /// </summary>
    public async Task LookAsync(Repository repository, CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        if (!HasUnknownSigners)
            return;
        await repository.LearnSignersAsync(cancellationToken);
        if (repository.Signers.Enrolled.Count == _enrolled)
            return;
        _enrolled = repository.Signers.Enrolled.Count;
        _unknown.Clear();
        await LookAsync(cancellationToken);
    }

    /// <summary>Opens a record: who wrote it, and what it says.</summary>
    internal static (SignerId Writer, RetiredRecord Record) Open(
        ReadOnlyMemory<byte> bytes, DatedName name, EnvelopeKeys keys, ISignerDirectory signers)
    {
        var opened = IndexEnvelope.Open(ObjectType.Retired, bytes.Span, keys, signers);
        if (opened.Ulid != name.Ulid)
            throw new FormatViolationException(FailureKind.Name, "its name says another ULID than the object");
        return (opened.Signer, RecordCodecs.DecodeRetired(opened.Body.Span));
    }

    /// <summary>Takes a record that this process stored itself, so that the next look need not fetch it.</summary>
    internal void TakeOwn(ObjectKey key, DatedName name, ReadOnlyMemory<byte> bytes)
    {
        if (_read.Add(key))
            Take(bytes, name);
    }

    int Take(ReadOnlyMemory<byte> bytes, DatedName name)
    {
        var (writer, record) = Open(bytes, name, keys, signers);
        _chains.Add(writer, record.Sequence, name.Hash, record.Previous);
        if (record.WhatCase == RetiredRecord.WhatOneofCase.Summary)
            _chains.AddSummedUp(record.Summary.Records);
        if (IsEntitled(writer, record, name))
            Apply(record, name);
        return 0;
    }

    // A condemnation is heeded whoever made it: that costs some storage, and believing it wrong would cost data.
    bool IsEntitled(SignerId writer, RetiredRecord record, DatedName name)
    {
        if (record.WhatCase == RetiredRecord.WhatOneofCase.Condemnation || signers.IsAdmin(writer))
            return true;
        var maintainer = signers.FindEnrolled(writer);
        if (maintainer?.Revoked is { } revoked && !(name.Ulid.Time <= revoked))
        {
            _problems.Add($"{ObjectNames.Dated(ObjectNames.Retired, name.Ulid, name.Hash)}: the maintainer "
                + $"{maintainer.Name} ({writer}) had been revoked when it was written: it does not count");
            return false;
        }
        if (!Forgets(record) || maintainer?.MayForget == true)
            return true;
        _problems.Add($"{ObjectNames.Dated(ObjectNames.Retired, name.Ulid, name.Hash)}: the maintainer "
            + $"{maintainer?.Name} ({writer}) may not forget snapshots: it does not count");
        return false;
    }

    // Rules keep snapshots by their tags: who takes a tag away lets forget take the snapshot.
    static bool Forgets(RetiredRecord record) =>
        record.WhatCase is RetiredRecord.WhatOneofCase.Forgotten or RetiredRecord.WhatOneofCase.Tags
        || (record.WhatCase == RetiredRecord.WhatOneofCase.Summary && record.Summary.Forgotten.Count > 0);

    /// <summary>Where the writer's chain ends: what its next record has to continue.</summary>
    public HostRecords.Tail TailOf(SignerId writer) => _chains.TailOf(writer);

    void Apply(RetiredRecord record, DatedName name)
    {
        switch (record.WhatCase)
        {
            case RetiredRecord.WhatOneofCase.Condemnation:
                AddAll(Condemned, record.Condemnation.Packs);
                AddEarliest(Announced, record.Condemnation.Packs, record.Created);
                break;
            case RetiredRecord.WhatOneofCase.Deletion:
                // Deleted packs stay condemned: a host that missed the condemnation must not rely on them either.
                AddAll(Deleted, record.Deletion.Packs);
                AddAll(Condemned, record.Deletion.Packs);
                break;
            case RetiredRecord.WhatOneofCase.Forgotten:
                AddAll(Forgotten, record.Forgotten.Objects);
                break;
            case RetiredRecord.WhatOneofCase.VoidProposal:
                AddAll(VoidProposed, record.VoidProposal.Objects);
                AddEarliest(Announced, record.VoidProposal.Objects, record.Created);
                break;
            case RetiredRecord.WhatOneofCase.VoidFinal:
                AddAll(Void, record.VoidFinal.Objects);
                AddAll(VoidProposed, record.VoidFinal.Objects);
                break;
            case RetiredRecord.WhatOneofCase.Accepted:
                AddAll(Accepted, record.Accepted.Objects);
                break;
            case RetiredRecord.WhatOneofCase.FirstSeen:
                AddEarliest(FirstSeen, record.FirstSeen.Objects, record.FirstSeen.Time);
                break;
            case RetiredRecord.WhatOneofCase.LockBound:
                // Locks are never shortened.
                if (TimeRange.FromRecord(record.LockBound.Until) is var bound && !(bound <= LockBound))
                    LockBound = bound;
                break;
            case RetiredRecord.WhatOneofCase.Summary:
                ApplySummary(record.Summary);
                break;
            case RetiredRecord.WhatOneofCase.Tags:
                Tags.Add(name, record.Tags);
                break;
        }
    }

    void ApplySummary(Summary summary)
    {
        AddAll(Condemned, summary.Condemned);
        AddAll(Deleted, summary.Deleted);
        AddAll(Condemned, summary.Deleted);
        AddAll(Forgotten, summary.Forgotten);
        AddAll(VoidProposed, summary.VoidProposed);
        AddAll(Void, summary.Void);
        AddAll(VoidProposed, summary.Void);
        AddAll(Accepted, summary.Accepted);
        foreach (var seen in summary.FirstSeen)
            AddEarliest(FirstSeen, seen.Objects, seen.Time);
    }

    static void AddEarliest(
        Dictionary<ObjectHash, DateTimeOffset> times, IReadOnlyList<ByteString> hashes, long milliseconds)
    {
        var time = TimeRange.FromRecord(milliseconds);
        foreach (var bytes in hashes)
        {
            var hash = new ObjectHash(bytes.Span);
            if (!times.TryGetValue(hash, out var known) || time < known)
                times[hash] = time;
        }
    }

    static void AddAll(HashSet<ObjectHash> set, IReadOnlyList<ByteString> hashes)
    {
        foreach (var hash in hashes)
            set.Add(new ObjectHash(hash.Span));
    }
}
