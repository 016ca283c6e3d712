using Cairn.Engine.Crypto;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Google.Protobuf;

namespace Cairn.Engine.Repositories.Writing;

/// <summary>
/// Announces in <c>retired/</c>, in the name of an admin or a maintainer, as the next records of its chain. What was
/// stored is in the log at once.
/// </summary>
/// <param name="log">Has looked already: it knows where the chain ends.</param>
public sealed class RetiredAnnouncer(Repository repository, RetiredLog log, Signer signer)
{
    // A record is read whole, by hosts too.
    const int NamesPerRecord = 100_000;

    /// <summary>M1: nothing is deleted that was not announced here.</summary>
    public Task CondemnAsync(IEnumerable<ObjectHash> packs, CancellationToken cancellationToken) => PutAllAsync(
        packs, names => new RetiredRecord { Condemnation = new PackList { Packs = { names } } }, cancellationToken);

    /// <summary>M5: stored before the first of these packs is deleted.</summary>
    public Task AnnounceDeletionAsync(IEnumerable<ObjectHash> packs, CancellationToken cancellationToken) =>
        PutAllAsync(
            packs, names => new RetiredRecord { Deletion = new PackList { Packs = { names } } }, cancellationToken);

    /// <summary>Snapshots that no longer count.</summary>
    public Task ForgetAsync(IEnumerable<ObjectHash> snapshots, CancellationToken cancellationToken) => PutAllAsync(
        snapshots, names => new RetiredRecord { Forgotten = ListOf(names) }, cancellationToken);

    /// <summary>V1.</summary>
    public Task ProposeVoidAsync(IEnumerable<ObjectHash> ledgers, CancellationToken cancellationToken) => PutAllAsync(
        ledgers, names => new RetiredRecord { VoidProposal = ListOf(names) }, cancellationToken);

    /// <summary>V2: after a look for their snapshots, or where all of them are forgotten.</summary>
    public Task VoidAsync(IEnumerable<ObjectHash> ledgers, CancellationToken cancellationToken) => PutAllAsync(
        ledgers, names => new RetiredRecord { VoidFinal = ListOf(names) }, cancellationToken);

    /// <summary>Ledgers and snapshots that are there now, by this clock.</summary>
    public Task RecordFirstSeenAsync(IEnumerable<ObjectHash> objects, CancellationToken cancellationToken)
    {
        var now = repository.Environment.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return PutAllAsync(
            objects, names => new RetiredRecord { FirstSeen = new FirstSeenList { Objects = { names }, Time = now } },
            cancellationToken);
    }

    /// <summary>Hosts may rely on what is not condemned until then.</summary>
    public Task RecordLockBoundAsync(DateTimeOffset until, CancellationToken cancellationToken) => PutAsync(
        new RetiredRecord { LockBound = new LockBound { Until = until.ToUnixTimeMilliseconds() } }, cancellationToken);

    async Task PutAllAsync(
        IEnumerable<ObjectHash> hashes, Func<IEnumerable<ByteString>, RetiredRecord> wrap,
        CancellationToken cancellationToken)
    {
        foreach (var some in hashes.Distinct().Order().Chunk(NamesPerRecord))
            await PutAsync(wrap(some.Select(hash => ByteString.CopyFrom(hash.AsSpan()))), cancellationToken);
    }

    Task PutAsync(RetiredRecord record, CancellationToken cancellationToken) =>
        RetiredRecords.PutAsync(repository, log, record, signer, cancellationToken);

    static NameList ListOf(IEnumerable<ByteString> names) => new() { Objects = { names } };
}
