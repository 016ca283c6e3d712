using Cairn.Engine.Crypto;
using Cairn.Engine.Operations.KeyChanges;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Testing;
using Cairn.Testing.Repositories;

namespace Cairn.Simulation.Worlds;

/// <summary>Lets hosts and maintainers in, and changes keys, beside everything else. Its requests never fail.</summary>
sealed class KeyKeeper(World world)
{
    readonly SeededRandom _random = world.NewRandom();

    public async Task<HostCredential> EnrolAsync(string name)
    {
        using var repository = await OpenAsync();
        var seed = SecretKey.CreateRandom(KeyDerivation.KeySize, _random);
        using var signer = new Signer(seed);
        await HostRecords.EnrolAsync(
            repository.Store, repository.Keys, repository.HostTail, signer.PublicKey, name,
            repository.RequireSecrets().Admin, repository.Environment, CancellationToken.None);
        await world.Judge.LearnSignersAsync();
        world.Coverage.Count("host enrolled");
        world.Log.Add($"{name} is enrolled");
        var shared = repository.Shared;
        return new HostCredential
        {
            Repository = repository.Id, Admin = repository.Descriptor.Admin, HostName = name, Domain = 0,
            Shared = new SharedKeys(shared.Index.Copy(), shared.BlobId.Copy(), shared.Chunking.Copy()),
            HostSeed = seed,
        };
    }

    /// <summary>Endorses a maintainer and returns the seed of its key.</summary>
    public async Task<SecretKey> EndorseAsync(string name)
    {
        using var repository = await OpenAsync();
        var seed = await Endorsement.WriteAsync(repository, name);
        world.Coverage.Count("maintainer endorsed");
        world.Log.Add($"{name} is endorsed");
        await world.Judge.LearnSignersAsync();
        return seed;
    }

    public async Task ChangeSomethingAsync()
    {
        using var repository = await OpenAsync();
        if (_random.NextInt(2) == 0)
        {
            world.RecoveryKey = await KeyOperations.ReplaceRecoveryKeyAsync(
                repository, _ => { }, CancellationToken.None);
            world.Coverage.Count("recovery key replaced");
            world.Log.Add("the recovery key is replaced");
            return;
        }
        var next = $"battery staple {_random.NextInt(1000)}";
        using var old = new PassphraseSecret(World.SecretOf(world.Passphrase));
        using var changed = World.SecretOf(next);
        await KeyOperations.ChangePassphraseAsync(
            repository, old, changed, World.CheapParameters(_random), CancellationToken.None);
        world.Passphrase = next;
        world.Coverage.Count("passphrase changed");
        world.Log.Add("the passphrase is changed");
    }

    Task<Repository> OpenAsync() => world.OpenForReadingAsync(
        world.Quiet("keeper", mayWrite: true), world.NewEnvironment(world.Clock, _random));
}
