using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Vectors;

namespace Cairn.Tests.Vectors;

/// <summary>What a vector gives its reader: keys, and who may write.</summary>
sealed class World : IDisposable
{
    readonly SecretKey _seed;

    public World(Vector vector)
    {
        _seed = SecretKey.CopyFrom(Convert.FromHexString(vector.Field("seed")));
        Keys = EpochKeys.Derive(_seed);
        Repository = Keys.AdminSigner.PublicKey.ToRepositoryId();
        Envelope = new EnvelopeKeys(Repository, Keys.Shared.Index);
        Hasher = new BlobIdHasher(Keys.Shared.BlobId);
        KeyRing = new PackKeyRing(new Dictionary<uint, SealingKey> { [0] = Keys.RestoreSecret });
        Signers.AddAdmin(Keys.AdminSigner.PublicKey);
        foreach (var host in vector.AllOf("host"))
            Add(host, isMaintainer: false);
        foreach (var maintainer in vector.AllOf("maintainer"))
            Add(maintainer, isMaintainer: true);
    }

    public EpochKeys Keys { get; }
    public RepositoryId Repository { get; }
    public EnvelopeKeys Envelope { get; }
    public IReadOnlyList<Epoch> Epochs => [new(0, 0, Keys.AdminSigner.PublicKey, Keys.RestorePublic)];
    public BlobIdHasher Hasher { get; }
    public PackKeyRing KeyRing { get; }
    public SignerRegistry Signers { get; } = new();

    /// <summary>A store that holds the vector's object under its name, and nothing else.</summary>
    public static async Task<MemoryStore> StoreAsync(Vector vector)
    {
        var store = new MemoryStore();
        await store.PutAsync(
            new ObjectKey(vector.Name!), [vector.Object!], PutOptions.Hot, TestContext.Current.CancellationToken);
        return store;
    }

    public void Dispose()
    {
        Hasher.Dispose();
        Keys.Dispose();
        _seed.Dispose();
    }

    void Add(string hex, bool isMaintainer)
    {
        var key = new SigningPublicKey(Convert.FromHexString(hex));
        Signers.Add(new EnrolledSigner(key.ToSignerId(), key, "", isMaintainer, isMaintainer, Kit.Now));
    }
}
