using Cairn.App.Access;
using Cairn.App.Keys;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Init;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.App.Init;

public sealed record InitRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>Where the recovery key goes; null to hand it to the caller, who can show it to a person only.</summary>
    public string? RecoveryFile { get; init; }

    /// <summary>How long every object is locked; null for not at all. On S3 only.</summary>
    public LeasePolicy? Lease { get; init; }

    /// <summary>
    /// Take a store that accepts the condition not to overwrite and overwrites all the same, without keeping what was
    /// overwritten.
    /// </summary>
    public bool AllowsOverwrites { get; init; }

    /// <summary>Whether the caller can show a recovery key to a person, and to nobody else.</summary>
    public required bool CanShowRecoveryKey { get; init; }
}

/// <param name="RecoveryKey">Null if it went into the file. Owned by the caller.</param>
public sealed record InitReport(
    string Location, RepositoryId Repository, SealingKey? RecoveryKey, string CredentialFile) : IDisposable
{
    /// <summary>Null for a folder.</summary>
    public PlaceReport? Place { get; init; }

    public void Dispose() => RecoveryKey?.Dispose();
}

/// <summary>Makes a repository and enrols this machine as its first host.</summary>
public static class InitUseCase
{
    /// <summary>Cold classes charge by the object.</summary>
    const int ColdPackBytes = 64 << 20;

    public static async Task<InitReport> RunAsync(
        AppEnvironment environment, InitRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        var location = access.Location.Text;
        if (request.RecoveryFile is null && !request.CanShowRecoveryKey)
            throw new UsageException(
                "there is no terminal to show the recovery key on, and it must not end up in a log",
                "have it written to a file of its own with --recovery-file FILE");
        var place = await InitPlace.PrepareAsync(access, request, cancellationToken);
        await using var store = access.OpenStore(createRoot: true);
        await RequireNoRepositoryAsync(store, cancellationToken);
        access.Credentials.EnsureWritable();
        using var passphrase = access.Secrets.GetFirstPassphrase(
            request.Access.Passphrase, access.IsConfigured, cancellationToken);
        using var file = request.RecoveryFile is { } path ? RecoveryFile.Reserve(path) : null;

        var credentialFile = "";
        var options = new InitOptions
        {
            Passphrase = passphrase, HostName = environment.HostName, Lease = request.Lease,
            PackBytes = request.Access.DataClass is null ? Descriptor.DefaultPackBytes : ColdPackBytes, Save = made =>
            {
                credentialFile = access.Credentials.Write(made.Credential);
                file?.Write(made.RecoveryKey, made.Descriptor.Id, location);
                BeginChain(environment, made);
            },
        };
        InitResult result;
        try
        {
            result = await InitOperation.RunAsync(store, options, environment.Engine, cancellationToken);
        }
        catch (StoreException e) when (!e.IsTransient && file is not null)
        {
            // The rerun wants the same name. Where the repository did come to be, its key stays.
            if (await IsWithoutRepositoryAsync(store, cancellationToken))
                file.Withdraw();
            throw;
        }
        result.Credential.Dispose();
        if (file is not null)
            result.RecoveryKey.Dispose();
        return new InitReport(
            location, result.Descriptor.Id, file is null ? result.RecoveryKey : null, credentialFile) { Place = place };
    }

    // This host has no ledgers yet, and here alone that is known for sure.
    static void BeginChain(AppEnvironment environment, InitResult made)
    {
        using var host = new Signer(made.Credential.HostSeed);
        var state = new Storage.State.FileStateFolder(
            environment.Paths.StateOf(made.Descriptor.Id), environment.Engine.Time);
        new LedgerChain(state, host.Id).Begin();
    }

    // Before anybody is asked for a passphrase.
    static async Task RequireNoRepositoryAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        try
        {
            await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
        }
        catch (NoRepositoryException)
        {
            return;
        }
        throw new RepositoryExistsException($"there is a repository at {store.Location} already");
    }

    static async Task<bool> IsWithoutRepositoryAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        try
        {
            await RequireNoRepositoryAsync(store, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is StoreException or RepositoryExistsException or DamagedObjectException)
        {
            return false;
        }
    }
}
