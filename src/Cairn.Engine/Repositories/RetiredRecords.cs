using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Google.Protobuf;

namespace Cairn.Engine.Repositories;

/// <summary>Writes <c>retired/</c>: each record continues its writer's chain.</summary>
static class RetiredRecords
{
    /// <summary>
    /// Stores what the record says, and takes it into the log, which has to have looked before: its chain is continued.
    /// </summary>
    public static async Task PutAsync(
        Repository repository, RetiredLog log, RetiredRecord record, Signer signer, CancellationToken cancellationToken)
    {
        var environment = repository.Environment;
        var tail = log.TailOf(signer.Id);
        record.Sequence = tail.Sequence + 1;
        record.Previous = Keys.Roster.ToBytes(tail.Hash);
        record.Created = environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var ulid = Ulid.New(environment.Time, environment.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.Retired, domain: 0, ulid, StrictRecord.Encode(record), repository.Keys, signer,
            environment.Random);
        var (key, hash) = await ObjectWriter.PutDatedAsync(
            repository.Store, ObjectNames.Retired, ulid, stored, cancellationToken);
        log.TakeOwn(key, new DatedName(ulid, hash), stored);
    }

    public static NameList ListOf(IEnumerable<ObjectHash> hashes)
    {
        var list = new NameList();
        list.Objects.AddRange(hashes.Order().Select(hash => ByteString.CopyFrom(hash.AsSpan())));
        return list;
    }
}
