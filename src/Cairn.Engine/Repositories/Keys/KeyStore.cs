using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Repositories.Keys;

/// <summary>A key slot and the object it stands in.</summary>
public sealed record StoredKeySlot(ObjectKey Key, ObjectHash Hash, KeySlot Slot);

/// <summary>What <c>keys/</c> says: the current roster, the slots that count, and what is wrong there.</summary>
public sealed record KeyListing(
    ObjectHash RosterHash, Roster Roster, IReadOnlyList<StoredKeySlot> Slots, IReadOnlyList<string> Problems)
{
    /// <summary>Each slot once, with the seals of all its objects: a rotation gives each another one.</summary>
    public IReadOnlyList<KeySlot> Keys =>
        [.. Slots.GroupBy(stored => stored.Slot.Id).Select(objects => objects.First().Slot with
        {
            Seals = objects.SelectMany(stored => stored.Slot.Seals).DistinctBy(seal => seal.Key).ToDictionary(),
        })];

    /// <summary>Listed by the roster, and not there or not readable.</summary>
    public IReadOnlyList<ObjectHash> LostSlots { get; } =
        [.. Roster.Slots.Except(Slots.Select(stored => stored.Hash))];
}

/// <summary>
/// Reads and writes <c>keys/</c>: slots and rosters, all signed by an admin key. Slots that no roster lists do not
/// count; of the rosters that the newest epoch's admin signed the one with the greatest sequence does. So who once had
/// a key, and was left out of a rotation, cannot put himself back.
/// </summary>
public static class KeyStore
{
    const int ReadsAtOnce = 8;

    public static async Task<KeyListing> ReadAsync(
        IObjectStore store, RepositoryId repository, IReadOnlyList<Epoch> epochs, CancellationToken cancellationToken)
    {
        var signers = RepositoryOpener.AdminsOf(epochs);
        var slots = new Dictionary<ObjectHash, StoredKeySlot>();
        var rosters = new Dictionary<ObjectHash, SignedRoster>();
        var problems = new List<string>();
        var all = store.ListAsync(ObjectNames.Keys, cancellationToken);
        await foreach (var read in ReadAhead.Run(all, ReadsAtOnce, ReadAsync, cancellationToken))
        {
            if (read.Problem is { } problem)
                problems.Add(problem);
            if (read.Slot is { } slot)
                slots[slot.Hash] = slot;
            if (read.Roster is { } roster)
                rosters[read.Hash] = roster;
        }
        return Choose(slots, rosters, epochs, problems);

        Task<Read> ReadAsync(ObjectInfo info, CancellationToken cancellation) =>
            ReadOneAsync(store, info, repository, signers, cancellation);
    }

    public static async Task<StoredKeySlot> PutSlotAsync(
        IObjectStore store, KeySlot slot, RepositoryId repository, Signer admin, EngineEnvironment environment,
        CancellationToken cancellationToken)
    {
        var ulid = Ulid.New(environment.Time, environment.Random);
        var stored = PlainEnvelope.Seal(ObjectType.KeySlot, domain: 0, ulid, slot.Encode(), repository, admin);
        var (key, hash) = await ObjectWriter.PutDatedAsync(store, ObjectNames.Keys, ulid, stored, cancellationToken);
        return new StoredKeySlot(key, hash, slot);
    }

    public static async Task PutRosterAsync(
        IObjectStore store, Roster roster, RepositoryId repository, Signer admin, EngineEnvironment environment,
        CancellationToken cancellationToken)
    {
        var ulid = Ulid.New(environment.Time, environment.Random);
        var stored = PlainEnvelope.Seal(ObjectType.Roster, domain: 0, ulid, roster.Encode(), repository, admin);
        await ObjectWriter.PutDatedAsync(store, ObjectNames.Keys, ulid, stored, cancellationToken);
    }

    /// <summary>A slot that holds the seeds, sealed to a recipient.</summary>
    public static KeySlot CreateSlot(
        KeySlotKind kind, string label, SealingPublicKey recipient, PassphraseParameters? passphrase,
        IReadOnlyDictionary<uint, SecretKey> seeds, EngineEnvironment environment)
    {
        Span<byte> id = stackalloc byte[16];
        environment.Random.Fill(id);
        var seals = seeds.ToDictionary(
            seed => seed.Key, seed => Seal(recipient, seed.Value, environment.Random));
        return new KeySlot
        {
            Kind = kind, Id = new KeySlotId(new Bytes16(id)),
                Label = label,
            Created = environment.Time.GetUtcNow(), Recipient = recipient, Passphrase = passphrase, Seals = seals,
        };
    }

    /// <summary>A seed for the holder of the recipient's secret, who need not be there.</summary>
    public static ReadOnlyMemory<byte> Seal(SealingPublicKey recipient, SecretKey seed, IRandomSource random)
    {
        var box = new byte[seed.Length + SealedBox.Overhead];
        return SealedBox.TrySeal(recipient, seed.AsSpan(), box, random)
            ? box
            : throw new ArgumentException("the recipient's public key is not a usable point of the curve");
    }

    /// <summary>One object under keys/: a slot, a roster, or what is wrong with it; nothing if it is
    /// another's.</summary>
    sealed record Read(ObjectHash Hash, StoredKeySlot? Slot, SignedRoster? Roster, string? Problem);

    static async Task<Read> ReadOneAsync(
        IObjectStore store, ObjectInfo info, RepositoryId repository, ISignerDirectory signers,
        CancellationToken cancellationToken)
    {
        if (info.ForeignName is { } foreign || !ObjectNames.TryParseDated(ObjectNames.Keys, info.Key, out var name))
            return Wrong($"{info.ForeignName ?? info.Key.Value}: not a name of Cairn's");
        try
        {
            return await ObjectReader.ReadAsync(
                store, info.Key, name.Hash, bytes => Open(info.Key, name, bytes, repository, signers),
                cancellationToken);
        }
        // One bad object must not keep a person from opening the repository with another. An object that is intact and
        // yet not this repository's (an interrupted init leaves such) is passed over.
        catch (DamagedObjectException e)
        {
            return Wrong(e.IsForeign ? null : e.Message);
        }
        // One flipped bit makes a format number of the future.
        catch (UnsupportedFormatException e)
        {
            return Wrong(e.Message);
        }

        static Read Wrong(string? problem) => new(default, Slot: null, Roster: null, problem);
    }

    static Read Open(
        ObjectKey key, DatedName name, ReadOnlyMemory<byte> bytes, RepositoryId repository, ISignerDirectory signers)
    {
        var isRoster = bytes.Length > ObjectHeader.TypeOffset
            && bytes.Span[ObjectHeader.TypeOffset] == (byte)ObjectType.Roster;
        var type = isRoster ? ObjectType.Roster : ObjectType.KeySlot;
        var opened = PlainEnvelope.Open(type, bytes, repository, signers);
        if (opened.Ulid != name.Ulid)
            throw new FormatViolationException(FailureKind.Name, "its name says another ULID than the object");
        return isRoster
            ? new Read(
                name.Hash, Slot: null, new SignedRoster(Roster.Decode(opened.Body.Span), opened.Signer), Problem: null)
            : new Read(
                name.Hash, new StoredKeySlot(key, name.Hash, KeySlot.Decode(opened.Body.Span)), Roster: null,
                Problem: null);
    }

    static KeyListing Choose(
        Dictionary<ObjectHash, StoredKeySlot> slots, Dictionary<ObjectHash, SignedRoster> rosters,
        IReadOnlyList<Epoch> epochs, List<string> problems)
    {
        var newest = epochs[^1].Admin.ToSignerId();
        var candidates = rosters.Where(roster => roster.Value.Signer == newest)
            .ToDictionary(roster => roster.Key, roster => roster.Value.Roster);
        if (candidates.Count == 0)
            throw new DamagedObjectException(
                new ObjectKey("keys"), FailureKind.Framing,
                "no valid roster of keys is left, so nothing says which key opens the repository. "
                + string.Join("; ", problems));
        var (hash, current) = candidates.MaxBy(roster => (roster.Value.Sequence, roster.Key));
        foreach (var (roster, _) in rosters.Values)
        {
            if (roster.Previous is { } previous && !rosters.ContainsKey(previous))
                problems.Add($"keys/: roster {roster.Sequence - 1} ({previous}) is missing");
        }
        if (candidates.Count(roster => roster.Value.Sequence == current.Sequence) > 1)
            problems.Add($"keys/: there are several rosters with the number {current.Sequence}");
        if (!current.Epochs.SequenceEqual(epochs.Skip(1).Select(epoch => epoch.Hash!.Value)))
            problems.Add("keys/: the roster lists other epochs than are there");
        foreach (var listed in current.Slots.Where(listed => !slots.ContainsKey(listed)))
            problems.Add($"keys/: the roster lists slot {listed}, which is missing or damaged");
        return new KeyListing(
            hash, current, [.. current.Slots.Where(slots.ContainsKey).Select(slot => slots[slot])
                .OrderBy(stored => stored.Slot.Created).ThenBy(stored => stored.Slot.Kind)], problems);
    }

    sealed record SignedRoster(Roster Roster, SignerId Signer);
}
