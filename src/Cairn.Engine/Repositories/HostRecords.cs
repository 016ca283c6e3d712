using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Google.Protobuf;

namespace Cairn.Engine.Repositories;

/// <summary>Reads and writes <c>hosts/</c>: who was let in, by an admin, in a chain (docs/format.md,
/// HostRecord).</summary>
public static class HostRecords
{
    const int ReadsAtOnce = 8;

    sealed record Stored(ObjectHash Hash, HostRecord Record);

    /// <summary>Where the chain ends: what the next record has to continue.</summary>
    public readonly record struct Tail(ulong Sequence, ObjectHash? Hash);

    /// <summary>Adds everybody enrolled to the registry; returns the chain's end and what is wrong with it.</summary>
    public static async Task<(Tail Tail, IReadOnlyList<string> Problems)> ReadAsync(
        IObjectStore store, EnvelopeKeys keys, SignerRegistry registry, CancellationToken cancellationToken)
    {
        var records = new List<Stored>();
        var problems = new List<string>();
        var all = store.ListAsync(ObjectNames.Hosts, cancellationToken);
        await foreach (var (record, problem) in ReadAhead.Run(all, ReadsAtOnce, ReadAsync, cancellationToken))
        {
            if (record is not null)
                records.Add(record);
            if (problem is not null)
                problems.Add(problem);
        }
        records.Sort((left, right) => left.Record.Sequence.CompareTo(right.Record.Sequence));
        registry.AddAll(Enrolled(records, registry));
        problems.AddRange(FindGaps(records));
        return (records.Count == 0 ? default : new Tail(records[^1].Record.Sequence, records[^1].Hash), problems);

        Task<(Stored?, string?)> ReadAsync(ObjectInfo info, CancellationToken cancellation) =>
            ReadOneAsync(store, info, keys, registry, cancellation);
    }

    /// <summary>A record, or what is wrong with it, or nothing if it is another's.</summary>
    static async Task<(Stored? Record, string? Problem)> ReadOneAsync(
        IObjectStore store, ObjectInfo info, EnvelopeKeys keys, SignerRegistry registry,
        CancellationToken cancellationToken)
    {
        if (info.ForeignName is not null || !ObjectNames.TryParseDated(ObjectNames.Hosts, info.Key, out var name))
            return (null, $"{info.ForeignName ?? info.Key.Value}: not a name of Cairn's");
        try
        {
            var record = await ObjectReader.ReadAsync(
                store, info.Key, name.Hash, bytes => Open(bytes, name, keys, registry), cancellationToken);
            return (new Stored(name.Hash, record), null);
        }
        catch (DamagedObjectException e)
        {
            return (null, e.IsForeign ? null : e.Message);
        }
        // One flipped bit makes a format number of the future.
        catch (UnsupportedFormatException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Enrols a host: from now on what it signs is accepted.</summary>
    public static Task<Tail> EnrolAsync(
        IObjectStore store, EnvelopeKeys keys, Tail tail, SigningPublicKey host, string name, Signer admin,
        EngineEnvironment environment, CancellationToken cancellationToken) =>
        PutAsync(
            store, keys, tail, new HostRecord { Kind = HostRecord.Types.Kind.Enrol, Name = name }, host, admin,
            environment, cancellationToken);

    /// <summary>Appends to the chain what the record says of the key.</summary>
    internal static async Task<Tail> PutAsync(
        IObjectStore store, EnvelopeKeys keys, Tail tail, HostRecord record, SigningPublicKey key, Signer admin,
        EngineEnvironment environment, CancellationToken cancellationToken)
    {
        record.Sequence = tail.Sequence + 1;
        record.Previous = Keys.Roster.ToBytes(tail.Hash);
        record.Created = environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        record.PublicKey = ByteString.CopyFrom(key.AsSpan());
        var ulid = Ulid.New(environment.Time, environment.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.HostRecord, domain: 0, ulid, StrictRecord.Encode(record), keys, admin, environment.Random);
        var (_, hash) = await ObjectWriter.PutDatedAsync(store, ObjectNames.Hosts, ulid, stored, cancellationToken);
        return new Tail(record.Sequence, hash);
    }

    internal static HostRecord Open(ReadOnlyMemory<byte> bytes, DatedName name, EnvelopeKeys keys,
        ISignerDirectory signers)
    {
        var opened = IndexEnvelope.Open(ObjectType.HostRecord, bytes.Span, keys, signers);
        if (opened.Ulid != name.Ulid)
            throw new FormatViolationException(FailureKind.Name, "its name says another ULID than the object");
        return RecordCodecs.DecodeHost(opened.Body.Span);
    }

    // What all records together say: in between somebody who was revoked would be let in again.
    static IEnumerable<EnrolledSigner> Enrolled(List<Stored> records, SignerRegistry known)
    {
        var enrolled = new Dictionary<SignerId, EnrolledSigner>();
        foreach (var record in records.Select(stored => stored.Record))
        {
            var publicKey = new SigningPublicKey(record.PublicKey.Span);
            var id = publicKey.ToSignerId();
            var time = TimeRange.FromRecord(record.Created);
            if (record.Kind != HostRecord.Types.Kind.Revoke)
                enrolled[id] = new EnrolledSigner(
                    id, publicKey, record.Name, IsMaintainer: record.Kind == HostRecord.Types.Kind.Endorse,
                    record.MayForget, time);
            else if ((enrolled.GetValueOrDefault(id) ?? known.FindEnrolled(id)) is { } revoked)
                enrolled[id] = revoked with { Revoked = time };
        }
        return enrolled.Values;
    }

    static IEnumerable<string> FindGaps(List<Stored> records)
    {
        var present = records.Select(stored => stored.Hash).ToHashSet();
        foreach (var stored in records)
        {
            if (!stored.Record.Previous.IsEmpty && !present.Contains(new ObjectHash(stored.Record.Previous.Span)))
                yield return $"hosts/: record {stored.Record.Sequence - 1} is missing";
        }
    }
}
