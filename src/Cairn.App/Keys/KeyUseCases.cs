using Cairn.App.Access;
using Cairn.App.Secrets;
using Cairn.Engine.Crypto;
using Cairn.Engine.Operations.KeyChanges;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Storage;

namespace Cairn.App.Keys;

public sealed record KeyRequest
{
    public required AccessOptions Access { get; init; }
    public PassphraseOptions NewPassphrase { get; init; } = PassphraseOptions.None;

    /// <summary>What to call an added passphrase.</summary>
    public string Label { get; init; } = "passphrase";

    /// <summary>The slot to remove: its id or a beginning of it.</summary>
    public string SlotId { get; init; } = "";

    /// <summary>Where the new recovery key goes; null to have it shown.</summary>
    public string? RecoveryFile { get; init; }

    /// <summary>Shows a new recovery key to a person, and to nobody else. Called before it is in force.</summary>
    public Action<SealingKey>? ShowRecoveryKey { get; init; }
}

/// <summary>Listing and changing the key slots. None of them touches data.</summary>
public static class KeyUseCases
{
    const int PrefixLengthMin = 4;
    const int LabelLengthMax = 200;

    public static async Task<KeyListing> ListAsync(
        AppEnvironment environment, KeyRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        return await KeyOperations.ListAsync(open.Repository, cancellationToken);
    }

    public static async Task<KeySlot> AddAsync(
        AppEnvironment environment, KeyRequest request, CancellationToken cancellationToken)
    {
        if (request.Label.Length is 0 or > LabelLengthMax)
            throw new UsageException($"a label has 1 to {LabelLengthMax} characters");
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        using var passphrase = access.Secrets.GetNewPassphrase(request.NewPassphrase, cancellationToken);
        return await KeyOperations.AddPassphraseAsync(
            open.Repository, passphrase, request.Label, parameters: null, cancellationToken);
    }

    public static async Task<KeySlot> RemoveAsync(
        AppEnvironment environment, KeyRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        var listing = await KeyOperations.ListAsync(open.Repository, cancellationToken);
        var found = request.SlotId.Length < PrefixLengthMin
            ? throw new UsageException($"give at least {PrefixLengthMin} digits of the key's id", "see: cairn key list")
            : listing.Slots.Select(stored => stored.Slot)
                .Where(slot => slot.Id.ToString().StartsWith(request.SlotId,
                    StringComparison.OrdinalIgnoreCase)).ToList();
        if (found.Count != 1)
            throw new UsageException(
                found.Count == 0 ? $"there is no key {request.SlotId}"
                    : $"{request.SlotId} begins the ids of {found.Count} keys",
                "see: cairn key list");
        if (listing.Slots.Count == 1)
            throw new RefusedException(
                $"{found[0].Id} is the only key: without it nobody could read the repository again",
                "add another one first: cairn key add");
        await KeyOperations.RemoveAsync(open.Repository, found[0].Id, cancellationToken);
        return found[0];
    }

    public static async Task<KeySlot> ChangePassphraseAsync(
        AppEnvironment environment, KeyRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        var (open, secret) = await access.OpenWithSecretAsync(keepSecret: true, cancellationToken);
        await using var _ = open;
        using var old = secret!;
        if (old is not PassphraseSecret)
            throw new UsageException(
                "a recovery key opens the repository, but is no passphrase to be changed",
                "add a new passphrase with \"cairn key add\" and remove the old one with \"cairn key remove\"");
        using var passphrase = access.Secrets.GetNewPassphrase(request.NewPassphrase, cancellationToken);
        return await KeyOperations.ChangePassphraseAsync(
            open.Repository, old, passphrase, parameters: null, cancellationToken);
    }

    public static async Task ReplaceRecoveryKeyAsync(
        AppEnvironment environment, KeyRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        using var file = request.RecoveryFile is { } path ? RecoveryFile.Reserve(path) : null;
        SealingPublicKey? made = null;
        try
        {
            using var key = await KeyOperations.ReplaceRecoveryKeyAsync(open.Repository, Save, cancellationToken);
        }
        catch (Exception e) when (made is not null)
        {
            if (await IsInForceAsync(e))
                environment.Events.Notice(
                    "the new recovery key may be in force all the same: keep it, and the old one too, until this "
                    + "command succeeds with another");
            else
                file?.Withdraw();
            throw;
        }

        void Save(SealingKey key)
        {
            if (file is not null)
                file.Write(key, open.Repository.Id, open.Store.Location);
            else
                request.ShowRecoveryKey!(key);
            made = key.PublicKey;
        }

        // A store that does not answer may have done, or do later, what it was asked to.
        async Task<bool> IsInForceAsync(Exception failure)
        {
            try
            {
                return failure is not StoreException { IsTransient: false }
                    || await KeyOperations.IsInForceAsync(open.Repository, made.Value, cancellationToken);
            }
            catch (StoreException)
            {
                return true;
            }
        }
    }
}
