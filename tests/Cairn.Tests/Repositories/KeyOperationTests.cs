using System.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Operations.KeyChanges;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Storage;
using Cairn.Testing;
using Cairn.Testing.Repositories;
using Cairn.Testing.Stores;

namespace Cairn.Tests.Repositories;

/// <summary>Key slots and rosters: who opens the repository, and who no longer does.</summary>
public sealed class KeyOperationTests
{
    [Fact]
    public async Task An_added_passphrase_opens_and_a_removed_one_does_not()
    {
        await using var test = await TestRepository.CreateAsync();
        KeySlot added;
        using (var repository = await test.OpenWithPassphraseAsync())
        {
            using var secret = Secret("second");
            added = await KeyOperations.AddPassphraseAsync(repository, secret, "office", Cheap(test), Token);
        }
        using (var repository = await test.OpenWithPassphraseAsync("second"))
            await KeyOperations.RemoveAsync(repository, added.Id, Token);
        await Assert.ThrowsAsync<WrongKeyException>(() => test.OpenWithPassphraseAsync("second"));
        (await test.OpenWithPassphraseAsync()).Dispose();
    }

    [Fact]
    public async Task A_changed_passphrase_refuses_the_old_one_and_touches_no_data()
    {
        await using var test = await TestRepository.CreateAsync();
        using (var host = await test.OpenAsHostAsync())
            await new TestSnapshotWriter(test,
                host).WriteAsync(new Cairn.Testing.Trees.TestTree().File("a", [1, 2, 3]));
        var before = await test.ObjectsAsync();
        using (var repository = await test.OpenForReadingAsync())
        {
            using var wrong = new PassphraseSecret(Secret("not it"));
            using var old = new PassphraseSecret(Secret(TestRepository.Passphrase));
            using var secret = Secret("new one");
            await Assert.ThrowsAsync<WrongKeyException>(
                () => KeyOperations.ChangePassphraseAsync(repository, wrong, secret, Cheap(test), Token));
            await KeyOperations.ChangePassphraseAsync(repository, old, secret, Cheap(test), Token);
        }
        await Assert.ThrowsAsync<WrongKeyException>(() => test.OpenWithPassphraseAsync());
        (await test.OpenWithPassphraseAsync("new one")).Dispose();
        (await test.OpenForReadingAsync()).Dispose();
        var after = await test.ObjectsAsync();
        Assert.All(after.Keys.Except(before.Keys), name => Assert.StartsWith("keys/", name, StringComparison.Ordinal));
        Assert.All(before, item => Assert.Equal(item.Value, after[item.Key]));
    }

    [Fact]
    public async Task The_last_slot_stays()
    {
        await using var test = await TestRepository.CreateAsync();
        using var repository = await test.OpenForReadingAsync();
        var slots = (await KeyOperations.ListAsync(repository, Token)).Slots;
        Assert.Equal(2, slots.Count);
        await KeyOperations.RemoveAsync(repository, slots[0].Slot.Id, Token);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => KeyOperations.RemoveAsync(repository, slots[1].Slot.Id, Token));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            KeyOperations.RemoveAsync(repository, slots[0].Slot.Id, Token));
        Assert.Single((await KeyOperations.ListAsync(repository, Token)).Slots);
    }

    [Fact]
    public async Task A_replaced_recovery_key_opens_no_more()
    {
        await using var test = await TestRepository.CreateAsync();
        using (var repository = await test.OpenWithPassphraseAsync())
        {
            using var recovery = await KeyOperations.ReplaceRecoveryKeyAsync(repository, _ => { }, Token);
            await Assert.ThrowsAsync<WrongKeyException>(() => test.OpenForReadingAsync());
            using var secret = new SealingKeySecret(new SealingKey(recovery.Secret.Copy()));
            (await RepositoryOpener.OpenWithSecretAsync(test.Store, secret, test.Environment, Token)).Dispose();
        }
        (await test.OpenWithPassphraseAsync()).Dispose();
    }

    [Fact]
    public async Task A_new_recovery_key_is_kept_before_it_takes_the_place_of_the_old_one()
    {
        await using var test = await TestRepository.CreateAsync();
        SealingKey? kept = null;
        using (var repository = await test.OpenWithPassphraseAsync())
        {
            await Assert.ThrowsAsync<IOException>(() => KeyOperations.ReplaceRecoveryKeyAsync(
                repository, _ => throw new IOException("the disk for it is full"), Token));
            (await test.OpenForReadingAsync()).Dispose();
        }
        // The answer to the last request of all is lost.
        var store = new FaultyStore(test.Store, StoreFaults.When(
            call => call.Member == StoreMember.Put && kept is not null, FaultMoment.After));
        using (var repository = await test.OpenForReadingAsync(store))
            await Assert.ThrowsAsync<StoreException>(
                () => KeyOperations.ReplaceRecoveryKeyAsync(repository, key => kept = key, Token));
        using var secret = new SealingKeySecret(new SealingKey(kept!.Secret.Copy()));
        (await RepositoryOpener.OpenWithSecretAsync(test.Store, secret, test.Environment, Token)).Dispose();
    }

    [Fact]
    public async Task A_missing_roster_is_reported()
    {
        await using var test = await TestRepository.CreateAsync();
        using (var repository = await test.OpenForReadingAsync())
        {
            var first = (await KeyOperations.ListAsync(repository, Token)).RosterHash;
            for (var i = 0; i < 2; i++)
                (await KeyOperations.ReplaceRecoveryKeyAsync(repository, _ => { }, Token)).Dispose();
            Assert.Empty((await KeyOperations.ListAsync(repository, Token)).Problems);
            var name = (await test.ObjectsAsync()).Keys.Single(key =>
                key.EndsWith(first.ToString(), StringComparison.Ordinal));
            await test.Store.DeleteAsync(new ObjectKey(name), Token);
        }
        using var opened = await test.OpenWithPassphraseAsync();
        Assert.Contains(opened.Problems, problem => problem.Contains("roster 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_slot_that_is_damaged_today_is_not_dropped_by_a_change_of_another()
    {
        await using var test = await TestRepository.CreateAsync();
        string name;
        byte[] intact;
        using (var repository = await test.OpenForReadingAsync())
        {
            var passphrase = (await KeyOperations.ListAsync(repository, Token)).Slots
                .Single(stored => stored.Slot.Kind == KeySlotKind.Passphrase);
            name = passphrase.Key.Value;
            intact = (await test.ObjectsAsync())[name];
            test.Store.Plant(name, intact.AsSpan(0, 50));
            (await KeyOperations.ReplaceRecoveryKeyAsync(repository, _ => { }, Token)).Dispose();
        }
        test.Store.Plant(name, intact);
        (await test.OpenWithPassphraseAsync()).Dispose();
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static SecretKey Secret(string text) => SecretKey.CopyFrom(Encoding.UTF8.GetBytes(text));

    static PassphraseParameters Cheap(TestRepository test) => PassphraseParameters.TryCreate(
        new PassphraseSalt(test.Random.Bytes(PassphraseSalt.Size)), PassphraseParameters.MemoryKiBMin,
        PassphraseParameters.PassesMin, PassphraseParameters.Lanes)!;
}
