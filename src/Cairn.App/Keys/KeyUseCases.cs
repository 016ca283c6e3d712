using Cairn.App.Access;
using Cairn.App.OpenPgp;
using Cairn.App.Secrets;
using Cairn.Engine.Crypto;
using Cairn.Engine.Operations.KeyChanges;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Storage;

namespace Cairn.App.Keys;

public sealed record KeyRequest
{
    public required AccessOptions Access { get; init; }
    public PassphraseOptions NewPassphrase { get; init; } = PassphraseOptions.None;

    /// <summary>What to call an added key; null for what it is.</summary>
    public string? Label { get; init; }

    /// <summary>The X25519 recipient to add, <c>age1…</c>.</summary>
    public string? Recipient { get; init; }

    /// <summary>The OpenPGP certificates to add, any one of which will open the repository.</summary>
    public IReadOnlyList<string> OpenPgpRecipients { get; init; } = [];

    /// <summary>The key slot does not say which certificates these are.</summary>
    public bool HidesRecipients { get; init; }

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
    const int KeyIdDigits = 16;

    public static async Task<KeyListing> ListAsync(
        AppEnvironment environment, KeyRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        return await KeyOperations.ListAsync(open.Repository, cancellationToken);
    }

    /// <summary>Adds a recipient, certificates, or else a passphrase.</summary>
    public static async Task<KeySlot> AddAsync(
        AppEnvironment environment, KeyRequest request, CancellationToken cancellationToken)
    {
        if (request.Label is { Length: 0 or > LabelLengthMax })
            throw new UsageException($"a label has 1 to {LabelLengthMax} characters");
        if (request is { Recipient: not null, OpenPgpRecipients.Count: > 0 })
            throw new UsageException("give only one of --recipient and --openpgp-recipient");
        if (request is { HidesRecipients: true, OpenPgpRecipients.Count: 0 })
            throw new UsageException("--hidden is for --openpgp-recipient");
        var recipient = request.Recipient is { } text ? ParseRecipient(text) : (SealingPublicKey?)null;
        // Before anything is asked for: whether there is somebody to add.
        var certificates = request.OpenPgpRecipients
            .Select(name => Certificates.Find(name, cancellationToken)).DistinctBy(found => found.Fingerprint).ToList();
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        if (recipient is { } key)
            return await KeyOperations.AddRecipientAsync(
                open.Repository, key, request.Label ?? "recipient", wrappedSecret: default, cancellationToken);
        if (certificates.Count > 0)
            return await AddCertificatesAsync(open.Repository, request, certificates, cancellationToken);
        using var passphrase = access.Secrets.GetNewPassphrase(request.NewPassphrase, cancellationToken);
        return await KeyOperations.AddPassphraseAsync(
            open.Repository, passphrase, request.Label ?? "passphrase", parameters: null, cancellationToken);
    }

    /// <summary>Makes an identity in a new file; returns the recipient that belongs to it. Needs no
    /// repository.</summary>
    public static string Generate(AppEnvironment environment, string file)
    {
        using var key = new SealingKey(SecretKey.CreateRandom(SealingKey.SecretSize, environment.Engine.Random));
        IdentityFile.Write(file, key, environment.Time.GetUtcNow());
        return AgeKeys.PrintRecipient(key.PublicKey);
    }

    /// <summary>Begins a new epoch.</summary>
    public static async Task<Epoch> RotateAsync(
        AppEnvironment environment, KeyRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        return await RotateOperation.RunAsync(open.Repository, cancellationToken);
    }

    public static async Task<KeySlot> RemoveAsync(
        AppEnvironment environment, KeyRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        var listing = await KeyOperations.ListAsync(open.Repository, cancellationToken);
        var found = request.SlotId.Length < PrefixLengthMin
            ? throw new UsageException($"give at least {PrefixLengthMin} digits of the key's id", "see: cairn key list")
            : listing.Keys.Where(slot => slot.Id.ToString().StartsWith(request.SlotId,
                StringComparison.OrdinalIgnoreCase)).ToList();
        if (found.Count != 1)
            throw new UsageException(
                found.Count == 0 ? $"there is no key {request.SlotId}"
                    : $"{request.SlotId} begins the ids of {found.Count} keys",
                "see: cairn key list");
        if (listing.Keys.Count == 1)
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
                "what was given opens the repository, but is no passphrase to be changed",
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

    static async Task<KeySlot> AddCertificatesAsync(
        Repository repository, KeyRequest request, List<Certificate> certificates, CancellationToken cancellationToken)
    {
        using var secret = new SealingKey(
            SecretKey.CreateRandom(SealingKey.SecretSize, repository.Environment.Random));
        var wrapped = WrappedSecret.Wrap(secret, certificates, request.HidesRecipients, cancellationToken);
        // Labels stand in the repository for everybody to read, so none of them says more than the message does.
        var label = request.HidesRecipients
            ? "OpenPGP"
            : $"OpenPGP {string.Join(' ', certificates.Select(found => found.Fingerprint[^KeyIdDigits..]))}";
        return await KeyOperations.AddRecipientAsync(
            repository, secret.PublicKey, request.Label ?? (label.Length > LabelLengthMax ? "OpenPGP" : label), wrapped,
            cancellationToken);
    }

    static SealingPublicKey ParseRecipient(string text) => AgeKeys.TryParseRecipient(text) ?? throw new UsageException(
        $"\"{text}\" is no X25519 recipient ({AgeKeys.RecipientPrefix}…): a letter is wrong, or it is of another kind",
        "make one with: cairn key generate FILE");
}
