using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Google.Protobuf;

namespace Cairn.Engine.Repositories;

/// <summary>
/// What <c>retired/</c> announces: the other side of the commit protocol (docs/design/commit-protocol.md). Read again and
/// again during a backup; each look fetches only what is new.
/// </summary>
/// <param name="skipsDamaged">For readers only: a record that cannot be read becomes a problem and stops nobody.</param>
public sealed class RetiredLog(
    IObjectStore store, EnvelopeKeys keys, ISignerDirectory signers, bool skipsDamaged = false)
{
    const int Writers = 1024;
    readonly HashSet<ObjectKey> _read = [];
    readonly Dictionary<SignerId, Dictionary<ulong, (ObjectHash Hash, ObjectHash? Previous)>> _chains = [];
    readonly List<string> _problems = [];

    /// <summary>Packs that will be deleted or have been: never again a place to deduplicate against.</summary>
    public HashSet<ObjectHash> Condemned { get; } = [];
    public HashSet<ObjectHash> Deleted { get; } = [];

    /// <summary>Hashes of snapshot objects that no longer count.</summary>
    public HashSet<ObjectHash> Forgotten { get; } = [];

    /// <summary>Hashes of ledger objects.</summary>
    public HashSet<ObjectHash> VoidProposed { get; } = [];
    public HashSet<ObjectHash> Void { get; } = [];

    /// <summary>There are records of signers who are not known here.</summary>
    public bool HasUnknownSigners { get; private set; }

    /// <summary>Records that could not be read, and links missing in the chains.</summary>
    public IReadOnlyList<string> Problems => [.. _problems, .. FindGaps()];

    /// <summary>
    /// Looks: reads what has come since the last look. A record that cannot be read stops the caller, because it may
    /// condemn what the caller relies on.
    /// </summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var found = new List<(ObjectKey Key, DatedName Name)>();
        await foreach (var info in store.ListAsync(ObjectNames.Retired, cancellationToken))
        {
            if (info.ForeignName is null && !_read.Contains(info.Key)
                && ObjectNames.TryParseDated(ObjectNames.Retired, info.Key, out var name))
                found.Add((info.Key, name));
        }
        foreach (var (key, name) in found)
        {
            try
            {
                await ObjectReader.ReadAsync(store, key, name.Hash, bytes => Take(bytes, name), cancellationToken);
            }
            // Anybody who stole a host can plant such a record, and must not stop the others with it. Whether it may have been
            // a maintainer whose own record is lost, the caller knows.
            catch (DamagedObjectException e) when (e.IsForeign || e.IsOfUnknownSigner || skipsDamaged)
            {
                HasUnknownSigners |= e.IsOfUnknownSigner;
                _problems.Add(e.Message);
            }
            catch (UnsupportedFormatException e) when (skipsDamaged)
            {
                _problems.Add(e.Message);
            }
            _read.Add(key);
        }
    }

    int Take(ReadOnlyMemory<byte> bytes, DatedName name)
    {
        var opened = IndexEnvelope.Open(ObjectType.Retired, bytes.Span, keys, signers);
        if (opened.Ulid != name.Ulid)
            throw new FormatViolationException(FailureKind.Name, "its name says another ULID than the object");
        var record = StrictRecord.Decode(opened.Body.Span, RetiredRecord.Parser);
        if (record.Sequence == 0 || (record.Sequence == 1) != record.Previous.IsEmpty)
            throw new FormatViolationException(FailureKind.Framing, "a record outside of its chain");
        Link(opened.Signer, record, name.Hash);
        Apply(record);
        return 0;
    }

    void Link(SignerId writer, RetiredRecord record, ObjectHash hash)
    {
        if (!_chains.TryGetValue(writer, out var chain))
        {
            Invariant.That(_chains.Count < Writers);
            _chains.Add(writer, chain = []);
        }
        ObjectHash? previous = record.Previous.IsEmpty ? null : HashOf(record.Previous, "previous");
        chain[record.Sequence] = (hash, previous);
    }

    void Apply(RetiredRecord record)
    {
        switch (record.WhatCase)
        {
            case RetiredRecord.WhatOneofCase.Condemnation:
                AddAll(Condemned, record.Condemnation.Packs, "packs");
                break;
            case RetiredRecord.WhatOneofCase.Deletion:
                // Deleted packs stay condemned: a host that missed the condemnation must not rely on them either.
                AddAll(Deleted, record.Deletion.Packs, "packs");
                AddAll(Condemned, record.Deletion.Packs, "packs");
                break;
            case RetiredRecord.WhatOneofCase.Forgotten:
                AddAll(Forgotten, record.Forgotten.Objects, "objects");
                break;
            case RetiredRecord.WhatOneofCase.VoidProposal:
                AddAll(VoidProposed, record.VoidProposal.Objects, "objects");
                break;
            case RetiredRecord.WhatOneofCase.VoidFinal:
                AddAll(Void, record.VoidFinal.Objects, "objects");
                AddAll(VoidProposed, record.VoidFinal.Objects, "objects");
                break;
            case RetiredRecord.WhatOneofCase.FirstSeen:
            case RetiredRecord.WhatOneofCase.Accepted:
                break;
            case RetiredRecord.WhatOneofCase.Summary:
                ApplySummary(record.Summary);
                break;
            default:
                throw new FormatViolationException(
                    FailureKind.Unsupported, "a retired record of an unknown kind needs a newer version of Cairn");
        }
    }

    void ApplySummary(Summary summary)
    {
        AddAll(Condemned, summary.Condemned, "condemned");
        AddAll(Deleted, summary.Deleted, "deleted");
        AddAll(Condemned, summary.Deleted, "deleted");
        AddAll(Forgotten, summary.Forgotten, "forgotten");
        AddAll(VoidProposed, summary.VoidProposed, "void_proposed");
        AddAll(Void, summary.Void, "void");
        AddAll(VoidProposed, summary.Void, "void");
    }

    static void AddAll(HashSet<ObjectHash> set, IReadOnlyList<ByteString> hashes, string name)
    {
        StrictRecord.RequireAscending(hashes, ObjectHash.Size, name);
        foreach (var hash in hashes)
            set.Add(new ObjectHash(hash.Span));
    }

    static ObjectHash HashOf(ByteString bytes, string name)
    {
        StrictRecord.RequireLength(bytes, ObjectHash.Size, name);
        return new ObjectHash(bytes.Span);
    }

    IEnumerable<string> FindGaps()
    {
        foreach (var (writer, chain) in _chains)
        {
            foreach (var (sequence, link) in chain)
            {
                if (sequence > 1 && (!chain.TryGetValue(sequence - 1, out var former) || former.Hash != link.Previous))
                    yield return $"retired/: record {sequence - 1} of {writer} is missing";
            }
        }
    }
}
