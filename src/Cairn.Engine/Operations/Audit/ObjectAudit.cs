using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Audit;

/// <summary>
/// Holds what the store says of an object against what its name and the index say. Any thread may ask.
/// </summary>
/// <param name="versions">Null where the store says no more than its listing.</param>
/// <param name="mayGo">Whether a prune may delete the object at any time.</param>
sealed class ObjectAudit(
    IObjectVersions? versions, BlobIndex index, Func<ObjectKey, bool> mayGo, FindingLog findings)
{
    readonly Lock _lock = new();
    readonly Dictionary<AuditLevel, AuditAmount> _proved = [];
    AuditAmount _bad;
    long _asked, _notAllowed;
    readonly SortedSet<string> _withoutChecksum = new(StringComparer.Ordinal);
    volatile bool _keepsChecksums;

    public IReadOnlyDictionary<AuditLevel, AuditAmount> Proved => _proved;
    public AuditAmount Bad => _bad;
    public long Asked => _asked;
    public long NotAllowed => _notAllowed;
    public bool KeepsChecksums => _keepsChecksums;

    /// <summary>The version that counts and what the store says of it; null if none does.</summary>
    public async Task<(AuditedVersion Version, ObjectEvidence? Evidence)?> JudgeAsync(
        AuditedObject found, CancellationToken cancellationToken)
    {
        var judged = new List<Judged>();
        foreach (var version in found.Versions)
        {
            if (await JudgeAsync(found.Key, version, cancellationToken) is { } verdict)
                judged.Add(verdict);
        }
        if (judged.Count == 0)
            return null;
        var good = judged.Find(verdict => verdict.Contradiction is null);
        Count(good, judged[0].Version.Size);
        if (good is null)
        {
            findings.Damage(found.Key.Value, FailureKind.Name, judged.Count == 1
                ? judged[0].Contradiction!
                : $"none of its {judged.Count} versions is what it should be; of the oldest: "
                    + judged[0].Contradiction!);
            return null;
        }
        if (found.IsHidden)
            findings.Add(
                CheckSeverity.Repairable, found.Key.Value, kind: null,
                "hidden below a delete marker that no prune put there: show it again with: cairn recover");
        Compare(found.Key, good, judged);
        return (good.Version, good.Evidence);
    }

    /// <summary>
    /// When all are judged. Cairn sends a checksum with everything that it stores: what has none where others have was
    /// put there, or moved, by something else.
    /// </summary>
    public void TellOfMissingChecksums()
    {
        if (!_keepsChecksums)
            return;
        foreach (var name in _withoutChecksum)
            findings.Note(name, "the store keeps no checksum of it, as it does of others");
    }

    async Task<Judged?> JudgeAsync(ObjectKey key, AuditedVersion version, CancellationToken cancellationToken)
    {
        ObjectEvidence? evidence;
        try
        {
            evidence = await TryAskAsync(key, version, cancellationToken);
        }
        catch (StoreException e) when (e.Kind == StoreErrorKind.NotFound)
        {
            // Unless a prune has just removed it, which mostly shows in what was retired by then.
            if (!mayGo(key))
                findings.Damage(key.Value, kind: null, "the store lists it, and does not find it");
            return null;
        }
        if (evidence is { } told)
            NoteChecksum(key, told.Sha256 is not null);
        return new Judged(version, evidence, ContradictionOf(key, version, evidence), LevelOf(key, evidence));
    }

    void NoteChecksum(ObjectKey key, bool isKept)
    {
        _keepsChecksums |= isKept;
        if (isKept)
            return;
        lock (_lock)
        {
            if (_withoutChecksum.Count < FindingLog.KeptPerSeverity)
                _withoutChecksum.Add(key.Value);
        }
    }

    async Task<ObjectEvidence?> TryAskAsync(
        ObjectKey key, AuditedVersion version, CancellationToken cancellationToken)
    {
        if (versions is null)
            return null;
        Interlocked.Increment(ref _asked);
        try
        {
            return await versions.GetEvidenceAsync(new ObjectVersionKey(key, version.Id), cancellationToken);
        }
        // Slots of keys are for nobody but whoever has the key.
        catch (StoreException e) when (e.Kind == StoreErrorKind.Refused)
        {
            Interlocked.Increment(ref _notAllowed);
            return null;
        }
    }

    string? ContradictionOf(ObjectKey key, AuditedVersion version, ObjectEvidence? evidence)
    {
        if (evidence is { } told && told.Size != version.Size)
            return $"the store lists it with {version.Size} bytes, and says that it has {told.Size}";
        if (evidence?.Sha256 is { } sum && ObjectNames.TryParseContentHash(key, out var name) && sum != name)
            return $"by the store's own checksum it is not what its name says, but {sum}";
        return KnownSizeOf(key) is { } size && size != version.Size
            ? $"it has {version.Size} bytes where the index says {size}"
            : null;
    }

    AuditLevel LevelOf(ObjectKey key, ObjectEvidence? evidence) =>
        // The descriptor was read and its signature verified before anything else was.
        evidence?.Sha256 is not null || key == ObjectNames.Descriptor ? AuditLevel.Content
        : KnownSizeOf(key) is not null ? AuditLevel.Size
        : AuditLevel.Presence;

    int? KnownSizeOf(ObjectKey key) =>
        ObjectNames.TryParsePack(key, out var pack) && index.TryFindPack(pack, out var number)
            ? index.GetPack(number).PackSize
            : null;

    // As recover does, by less.
    void Compare(ObjectKey key, Judged good, List<Judged> all)
    {
        if (all.Count == 1)
            return;
        var newest = all[^1];
        if (newest.Contradiction is not null || newest.Version.Size != good.Version.Size)
            findings.Add(
                CheckSeverity.Repairable, key.Value, kind: null,
                "somebody put something else on top of it: put it right with: cairn recover");
        else if (all.Exists(other => other.Contradiction is not null))
            findings.Note(key.Value, "other versions, which are not what its name says, lie below the one that is");
        // A writer whose answer was lost stores the same again; of the descriptor only its signature tells.
        else if (key == ObjectNames.Descriptor || all.Exists(other => other.Level < AuditLevel.Content))
            findings.Note(
                key.Value, $"it has {all.Count - 1} further version(s): look at them with: cairn recover --dry-run");
    }

    void Count(Judged? good, long size)
    {
        lock (_lock)
        {
            if (good is null)
                _bad = _bad.Plus(size);
            else
                _proved[good.Level] = _proved.GetValueOrDefault(good.Level).Plus(good.Version.Size);
        }
    }

    /// <param name="Contradiction">Why it cannot be what it should be; null if nothing speaks against it.</param>
    sealed record Judged(
        AuditedVersion Version, ObjectEvidence? Evidence, string? Contradiction, AuditLevel Level);
}
