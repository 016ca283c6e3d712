using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.HostChanges;

/// <summary>What a machine has after it was let in: one of the two. Owns it.</summary>
public sealed record Joined(HostCredential? Host, MaintainerCredential? Maintainer) : IDisposable
{
    public void Dispose()
    {
        Host?.Dispose();
        Maintainer?.Dispose();
    }
}

/// <summary>Turns an enrolment into a credential, and makes sure that it works before anybody relies on it.</summary>
public static class JoinOperation
{
    /// <summary>Throws <see cref="CredentialException"/> if the enrolment is for another repository or machine, or does
    /// not count.</summary>
    public static async Task<Joined> RunAsync(
        IObjectStore store, Enrolment enrolment, PendingHost pending, EngineEnvironment environment,
        CancellationToken cancellationToken)
    {
        var descriptor = await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
        RepositoryOpener.RequirePinned(store, descriptor, enrolment.Repository, admin: null);
        var epochs = await EpochChain.ReadAsync(store, descriptor, cancellationToken);
        var (host, maintainer) = enrolment.Open(pending, epochs);
        var joined = new Joined(host, maintainer);
        try
        {
            using var repository = host is not null
                ? await RepositoryOpener.OpenWithCredentialAsync(store, host, environment, cancellationToken)
                : await RepositoryOpener.OpenWithMaintainerAsync(store, maintainer!, environment, cancellationToken);
            var signer = repository.Signers.FindEnrolled(enrolment.Host);
            if (signer is { Revoked: null } && signer.IsMaintainer == (maintainer is not null))
                return joined;
            throw new CredentialException(signer?.Revoked is null
                ? $"the repository at {store.Location} has no record of the enrolment of {enrolment.Name}"
                : $"{enrolment.Name} ({enrolment.Host}) was revoked meanwhile: have it enrolled anew");
        }
        catch
        {
            joined.Dispose();
            throw;
        }
    }
}
