using Cairn.Engine.Crypto;
using Cairn.Engine.Operations.KeyChanges;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Storage;

namespace Cairn.Tests.Operations;

/// <summary>Who opens the repository, and changes of that.</summary>
sealed partial class PowerCutWorld
{
    public const string SecondPassphrase = "a second one";

    /// <summary>Which of <see cref="RecoveryKeys"/> opened the repository last.</summary>
    public int OpenedWithRecoveryKey { get; private set; }

    public async Task ChangePassphraseAsync()
    {
        NewPassphraseBegun = Disk.Changes;
        await using var store = OpenStore();
        using var repository = await OpenForReadingAsync(store);
        using var old = new PassphraseSecret(SecretOf(OldPassphrase));
        using var changed = SecretOf(NewPassphrase);
        await KeyOperations.ChangePassphraseAsync(repository, old, changed, _cheap, Token);
        NewPassphraseAt = Disk.Changes;
        Time.Advance(TimeSpan.FromMinutes(1));
    }

    public async Task AddPassphraseAsync()
    {
        await using var store = OpenStore();
        using var repository = await OpenForReadingAsync(store);
        using var second = SecretOf(SecondPassphrase);
        await KeyOperations.AddPassphraseAsync(repository, second, SecondPassphrase, _cheap, Token);
    }

    public async Task RemovePassphraseAsync()
    {
        await using var store = OpenStore();
        using var repository = await OpenForReadingAsync(store);
        var listing = await KeyOperations.ListAsync(repository, Token);
        var second = listing.Slots.FirstOrDefault(stored => stored.Slot.Label == SecondPassphrase)
            ?? throw new ArgumentException($"there is no key {SecondPassphrase}");
        await KeyOperations.RemoveAsync(repository, second.Slot.Id, Token);
    }

    public async Task ReplaceRecoveryKeyAsync()
    {
        await using var store = OpenStore();
        using var repository = await OpenForReadingAsync(store);
        await KeyOperations.ReplaceRecoveryKeyAsync(repository, RecoveryKeys.Add, Token);
    }

    /// <summary>With the newest of the recovery keys that opens it.</summary>
    public async Task<Repository> OpenForReadingAsync(IObjectStore store)
    {
        for (var i = RecoveryKeys.Count - 1; ; i--)
        {
            using var secret = new SealingKeySecret(new SealingKey(RecoveryKeys[i].Secret.Copy()));
            try
            {
                var repository = await RepositoryOpener.OpenWithSecretAsync(store, secret, Environment, Token);
                OpenedWithRecoveryKey = i;
                return repository;
            }
            catch (WrongKeyException) when (i > 0)
            {
            }
        }
    }

    /// <summary>Which of the two passphrases open the repository.</summary>
    public async Task<(bool Old, bool New)> TryPassphrasesAsync(IObjectStore store) =>
        (await OpensAsync(store, OldPassphrase), await OpensAsync(store, NewPassphrase));

    public async Task<bool> OpensAsync(IObjectStore store, string passphrase)
    {
        using var secret = new PassphraseSecret(SecretOf(passphrase));
        try
        {
            (await RepositoryOpener.OpenWithSecretAsync(store, secret, Environment, Token)).Dispose();
            return true;
        }
        catch (WrongKeyException)
        {
            return false;
        }
    }
}
