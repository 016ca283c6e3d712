using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Google.Protobuf;

namespace Cairn.Engine.Repositories.Writing;

/// <summary>Announces in <c>moves/</c>, as the next record of the signer's chain there.</summary>
/// <param name="log">Has looked already: it knows where the chain ends.</param>
public sealed class MoveWriter(Repository repository, MoveLog log, Signer signer)
{
    /// <summary>R1: stored before anything is condemned on the strength of it.</summary>
    public async Task PutAsync(IEnumerable<MovedRows> moves, CancellationToken cancellationToken)
    {
        var environment = repository.Environment;
        var (sequence, hash) = log.TailOf(signer.Id);
        var record = new MoveRecord
        {
            Sequence = sequence + 1, Created = environment.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            Previous = hash is { } previous ? ByteString.CopyFrom(previous.AsSpan()) : ByteString.Empty,
            Moves = { moves.Select(ToRecord) },
        };
        var ulid = Ulid.New(environment.Time, environment.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.Moves, repository.CurrentEpoch.Domain, ulid, StrictRecord.Encode(record), repository.Keys,
            signer, environment.Random);
        var (key, name) = await ObjectWriter.PutDatedAsync(
            repository.Store, ObjectNames.Moves, ulid, stored, cancellationToken);
        log.TakeOwn(key, new DatedName(ulid, name), stored);
    }

    static PackMove ToRecord(MovedRows move) => new()
    {
        From = ByteString.CopyFrom(move.From.AsSpan()), To = ByteString.CopyFrom(move.To.AsSpan()),
        FromRows = { move.FromRows.Select(row => (uint)row) }, ToRows = { move.ToRows.Select(row => (uint)row) },
    };
}
