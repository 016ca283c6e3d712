using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.KeyChanges;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.Stores;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Repositories;

/// <summary>New data is under a new seed, old data under the old one, and every key that counts opens both.</summary>
public sealed class RotationTests
{
    [Fact]
    public async Task After_a_rotation_every_key_reads_old_and_new_and_nothing_is_uploaded_again_INV_1()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles();
        var first = (await world.BackupAsync()).Snapshot;
        var old = world.Capture();
        await RotateAsync(world.Test);
        var packs = world.Names("packs/").ToList();

        var unchanged = await world.BackupAsync();
        Assert.Equal(0, unchanged.Statistics.BlobsStored);
        Assert.Equal(packs, world.Names("packs/"));
        world.Source.File("new", world.Random.Bytes(100_000));
        world.Wait();
        var second = (await world.BackupAsync()).Snapshot;

        foreach (var open in new Func<Task<Repository>>[]
            { () => world.Test.OpenForReadingAsync(), () => world.Test.OpenWithPassphraseAsync() })
        {
            using var repository = await open();
            Assert.Empty(repository.Problems);
            Assert.Equal(2, repository.Epochs.Count);
            Assert.Equal(3, (await SnapshotCatalog.ListAsync(repository, Token)).Snapshots.Count);
        }
        await world.AssertRestoresAsync(first, old);
        await world.AssertRestoresAsync(unchanged.Snapshot, old);
        await world.AssertRestoresAsync(second, world.Capture());
    }

    [Fact]
    public async Task A_rotation_opens_no_slot_but_the_one_it_is_made_with()
    {
        await using var test = await TestRepository.CreateAsync();
        using var recipient = new SealingKey(SecretKey.CreateRandom(SealingKey.SecretSize, test.Random));
        using (var repository = await test.OpenForReadingAsync())
        {
            await KeyOperations.AddRecipientAsync(repository, recipient.PublicKey, "vault", default, Token);
            await RotateOperation.RunAsync(repository, Token);
        }
        await RotateAsync(test);

        using var secret = new SealingKeySecret(new SealingKey(recipient.Secret.Copy()));
        using var opened = await RepositoryOpener.OpenWithSecretAsync(test.Store, secret, test.Environment, Token);
        Assert.Equal([0u, 1u, 2u], opened.RequireSecrets().Seeds.Keys.Order());
        var keys = (await KeyOperations.ListAsync(opened, Token)).Keys;
        Assert.Equal(3, keys.Count);
        Assert.All(keys, key => Assert.Equal([0u, 1u, 2u], key.Seals.Keys.Order()));
    }

    [Fact]
    public async Task A_removed_key_with_a_kept_copy_of_its_slot_opens_nothing_of_the_next_epoch()
    {
        await using var test = await TestRepository.CreateAsync();
        var kept = await test.CopyAsync();
        using (var repository = await test.OpenForReadingAsync())
        {
            var passphrase = (await KeyOperations.ListAsync(repository, Token)).Keys
                .Single(key => key.Kind == KeySlotKind.Passphrase);
            await KeyOperations.RemoveAsync(repository, passphrase.Id, Token);
        }
        await RotateAsync(test);
        using var thief = await kept.OpenWithPassphraseAsync();
        // He signs himself a greater roster with his slot in it, by the old admin key that he still has.
        var roster = (await KeyOperations.ListAsync(thief, Token)).Roster with
        {
            Sequence = 100, Previous = new ObjectHash(new byte[32]),
        };
        await KeyStore.PutRosterAsync(
            test.Store, roster, test.Init.Descriptor.Id, thief.RequireSecrets().Admin, test.Environment, Token);

        await Assert.ThrowsAsync<WrongKeyException>(() => test.OpenWithPassphraseAsync());
        (await test.OpenForReadingAsync()).Dispose();
    }

    [Fact]
    public async Task Cut_off_anywhere_a_rotation_leaves_a_repository_that_every_key_opens()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 2);
        await world.BackupAsync();
        var isWhole = false;
        for (var writes = 0; !isWhole; writes++)
        {
            var copy = await world.Test.CopyAsync();
            isWhole = await TryRotateAsync(copy, writes);
            using var byRecovery = await copy.OpenForReadingAsync();
            using var byPassphrase = await copy.OpenWithPassphraseAsync();
            foreach (var repository in new[] { byRecovery, byPassphrase })
            {
                Assert.Empty(repository.Problems);
                Assert.Equal(isWhole ? 2 : 1, repository.Epochs.Count);
                // Hosts seal to the newest epoch: its seed must be at hand.
                Assert.True(repository.RequireSecrets().Epochs.ContainsKey(repository.CurrentEpoch.Number));
                Assert.Single((await SnapshotCatalog.ListAsync(repository, Token)).Snapshots);
            }
            // And it is simply made again.
            if (!isWhole)
                Assert.True(await TryRotateAsync(copy, writesMax: 100));
            (await copy.OpenWithPassphraseAsync()).Dispose();
            Assert.InRange(writes, 0, 10);
        }
    }

    [Fact]
    public async Task A_key_without_the_newest_seal_reads_what_is_old_and_changes_nothing()
    {
        await using var test = await TestRepository.CreateAsync();
        await RotateAsync(test);
        var names = (await test.ObjectsAsync()).Keys.Where(name =>
            name.StartsWith("keys/", StringComparison.Ordinal));
        foreach (var name in names)
            await DropNewSealAsync(test, new ObjectKey(name));

        using var old = await test.OpenForReadingAsync();
        Assert.Equal([0u], old.RequireSecrets().Seeds.Keys);
        Assert.NotEmpty(old.Problems);
        var refused = await Assert.ThrowsAsync<WrongKeyException>(
            () => RotateOperation.RunAsync(old, Token));
        Assert.Contains("newest", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_is_tried_once_however_often_the_keys_were_rotated()
    {
        await using var test = await TestRepository.CreateAsync();
        for (var i = 0; i < 3; i++)
            await RotateAsync(test);
        using var secret = new CountingSecret();
        await Assert.ThrowsAsync<WrongKeyException>(
            () => RepositoryOpener.OpenWithSecretAsync(test.Store, secret, test.Environment, Token));
        Assert.Equal(2, secret.Tries);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static async Task RotateAsync(TestRepository test)
    {
        using var repository = await test.OpenForReadingAsync();
        await RotateOperation.RunAsync(repository, Token);
    }

    static async Task<bool> TryRotateAsync(TestRepository test, int writesMax)
    {
        var writes = 0;
        var store = new HookedStore(test.Store)
        {
            Before = (member, name) => member == StoreMember.Put && writes++ >= writesMax
                ? throw new StoreException(StoreErrorKind.Unavailable, "cut off", new ObjectKey(name))
                : Task.CompletedTask,
        };
        using var repository = await test.OpenForReadingAsync(store);
        try
        {
            await RotateOperation.RunAsync(repository, Token);
            return true;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    static async Task DropNewSealAsync(TestRepository test, ObjectKey key)
    {
        using var bytes = await test.Store.GetAsync(key, ByteRange.Whole, 1 << 20, Token);
        if (bytes.Span[ObjectHeader.TypeOffset] != (byte)ObjectType.KeySlot)
            return;
        using var repository = await test.OpenForReadingAsync();
        var opened = PlainEnvelope.Open(
            ObjectType.KeySlot, bytes.Memory.ToArray(), repository.Id, repository.Signers);
        if (KeySlot.Decode(opened.Body.Span).Seals.ContainsKey(1))
            await test.Store.DeleteAsync(key, Token);
    }

    sealed class CountingSecret : UnlockSecret
    {
        public int Tries { get; private set; }

        public override SealingKey? TryOpen(KeySlot slot)
        {
            Tries++;
            return null;
        }

        public override void Dispose() { }
    }
}
