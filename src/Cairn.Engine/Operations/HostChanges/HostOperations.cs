using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Records;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.HostChanges;

/// <param name="Signer">Who was revoked.</param>
/// <param name="Accepted">Its snapshots that go on to count.</param>
/// <param name="NotAccepted">Its snapshots that no longer do.</param>
public sealed record Revocation(EnrolledSigner Signer, int Accepted, int NotAccepted);

/// <summary>Letting hosts and maintainers in and out: records signed by the admin, and no data touched.</summary>
public static class HostOperations
{
    public const int NameLengthMax = 200;

    /// <summary>
    /// Lets the machine in that made the request. What is returned is for that machine alone. Before the record, the
    /// answer: cut off in between nothing has happened.
    /// </summary>
    public static async Task<Enrolment> EnrolAsync(
        Repository repository, HostRequest request, string name, HostRole role, bool mayForget,
        CancellationToken cancellationToken)
    {
        Invariant.That(name.Length is > 0 and <= NameLengthMax && (role == HostRole.Maintainer || !mayForget));
        var enrolment = Enrolment.Create(repository, request, name, role);
        var record = new HostRecord
        {
            Kind = role == HostRole.Host ? HostRecord.Types.Kind.Enrol : HostRecord.Types.Kind.Endorse, Name = name,
            MayForget = mayForget,
        };
        await PutAsync(repository, record, request.Signing, cancellationToken);
        repository.Signers.Add(new EnrolledSigner(
            request.Host, request.Signing, name, role == HostRole.Maintainer, mayForget,
            repository.Environment.Time.GetUtcNow()));
        return enrolment;
    }

    /// <summary>
    /// What the signer writes from now on does not count. Of a host's snapshots, those that are there now go on to
    /// count: a signed list says which, since any time that a name claims could be claimed afterwards by whoever has
    /// the key. With <paramref name="since"/> the list leaves out what came later than that, by the host's word or the
    /// store's.
    /// </summary>
    public static async Task<Revocation> RevokeAsync(
        Repository repository, EnrolledSigner signer, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var admin = repository.RequireSecrets().Admin;
        var log = new RetiredLog(repository.Store, repository.Keys, repository.Signers, skipsDamaged: true);
        await log.LookAsync(cancellationToken);
        var accepted = new List<ObjectHash>();
        var all = 0;
        await foreach (var info in repository.Store.ListAsync(
            $"{ObjectNames.Snapshots}{signer.Id}/", cancellationToken))
        {
            if (info.ForeignName is not null || !ObjectNames.TryParseSnapshot(info.Key, out var name)
                || SnapshotCatalog.IsRetired(name, log))
                continue;
            all++;
            if (since is not { } limit || await IsBeforeAsync(repository, info, name, limit, cancellationToken))
                accepted.Add(name.Hash);
        }
        // The list before the revocation: whenever the host is seen as revoked, what it stored before still counts.
        if (accepted.Count > 0)
            await RetiredRecords.PutAsync(
                repository, log, new RetiredRecord { Accepted = RetiredRecords.ListOf(accepted) }, admin,
                cancellationToken);
        await PutAsync(
            repository, new HostRecord { Kind = HostRecord.Types.Kind.Revoke, Name = signer.Name }, signer.PublicKey,
            cancellationToken);
        repository.Signers.Revoke(signer.Id, repository.Environment.Time.GetUtcNow());
        return new Revocation(signer, accepted.Count, all - accepted.Count);
    }

    static async Task PutAsync(
        Repository repository, HostRecord record, Crypto.SigningPublicKey key, CancellationToken cancellationToken) =>
        repository.HostTail = await HostRecords.PutAsync(
            repository.Store, repository.Keys, repository.HostTail, record, key, repository.RequireSecrets().Admin,
            repository.Environment, cancellationToken);

    // The latest of what is claimed and known decides: whoever stole the host can claim that something is old.
    static async Task<bool> IsBeforeAsync(
        Repository repository, ObjectInfo info, SnapshotName name, DateTimeOffset limit,
        CancellationToken cancellationToken)
    {
        if (!(name.Ulid.Time < limit) || info.Modified >= limit)
            return false;
        try
        {
            return (await SnapshotCatalog.ReadAsync(repository, name, cancellationToken)).Time < limit;
        }
        catch (DamagedObjectException)
        {
            return false;
        }
    }
}
