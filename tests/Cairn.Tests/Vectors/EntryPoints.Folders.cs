using System.Text;
using Cairn.Engine.Chunking;
using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Keys;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing;
using Cairn.Vectors;

namespace Cairn.Tests.Vectors;

/// <summary>
/// Readers of whole folders, which pass over what is damaged: they say only whether an object was taken into account.
/// </summary>
static partial class EntryPoints
{
    public static IReadOnlyList<(string Name, Func<Task<bool>> Takes)> OfFolders(Vector vector) => vector.Decoder switch
    {
        "key-slot" => [("KeyStore", () => TakesAsync(vector, TakesSlotAsync))],
        "roster" => [("KeyStore", () => TakesAsync(vector, TakesRosterAsync))],
        "epoch" => [("EpochChain", () => TakesAsync(vector, TakesEpochAsync))],
        "host-record" => [("HostRecords", () => TakesAsync(vector, TakesHostAsync))],
        "retired" => [("RetiredLog", () => TakesAsync(vector, TakesRetiredAsync))],
        _ => [],
    };

    static async Task<bool> TakesAsync(Vector vector, Func<MemoryStore, World, Vector, Task<bool>> read)
    {
        using var world = new World(vector);
        var store = await World.StoreAsync(vector);
        try
        {
            return await read(store, world, vector);
        }
        catch (Exception e) when (e is DamagedObjectException or UnsupportedFormatException)
        {
            return false;
        }
    }

    static async Task<bool> TakesSlotAsync(MemoryStore store, World world, Vector vector)
    {
        var environment = new Kit(vector.Scenario).Environment;
        var roster = new Roster
        {
            Sequence = 1, Previous = null, Created = Kit.Now, Slots = [HashOfName(vector.Name!)], Epochs = [],
        };
        await KeyStore.PutRosterAsync(
            store, roster, world.Repository, world.Keys.AdminSigner, environment, Cancellation);
        var listing = await KeyStore.ReadAsync(store, world.Repository, world.Epochs, Cancellation);
        return listing.Slots.Count == 1;
    }

    static async Task<bool> TakesRosterAsync(MemoryStore store, World world, Vector vector)
    {
        var listing = await KeyStore.ReadAsync(store, world.Repository, world.Epochs, Cancellation);
        return listing.RosterHash == HashOfName(vector.Name!);
    }

    static async Task<bool> TakesEpochAsync(MemoryStore store, World world, Vector vector)
    {
        var descriptor = new Descriptor
        {
            Id = world.Repository, Created = Kit.Now, Admin = world.Keys.AdminSigner.PublicKey,
            Restore = world.Keys.RestorePublic, Chunking = ChunkerParameters.Default,
            PackBytes = 32 << 20,
        };
        var epochs = await EpochChain.ReadAsync(store, descriptor, Cancellation);
        return epochs.Count == 2;
    }

    static async Task<bool> TakesHostAsync(MemoryStore store, World world, Vector vector)
    {
        var registry = new SignerRegistry();
        registry.AddAdmin(world.Keys.AdminSigner.PublicKey);
        await HostRecords.ReadAsync(store, world.Envelope, registry, Cancellation);
        return registry.Enrolled.Count == 1;
    }

    static async Task<bool> TakesRetiredAsync(MemoryStore store, World world, Vector vector)
    {
        var log = new RetiredLog(store, world.Envelope, world.Signers);
        try
        {
            await log.LookAsync(Cancellation);
        }
        finally
        {
            if (!vector.IsSuccess)
            {
                Assert.Empty((IEnumerable<ObjectHash>)
                    [.. log.Condemned, .. log.Deleted, .. log.Forgotten, .. log.VoidProposed, .. log.Void,
                        .. log.Tags.Snapshots]);
                Assert.Null(log.LockBound);
            }
        }
        return log.Condemned.Count + log.Forgotten.Count + log.Tags.Snapshots.Count > 0 || log.LockBound is not null;
    }

    static async Task UnlockAsync(Vector vector, StringBuilder released)
    {
        using var world = new World(vector);
        var store = await World.StoreAsync(vector);
        var environment = new Kit(vector.Scenario).Environment;
        var descriptor = new Descriptor
        {
            Id = world.Repository, Created = Kit.Now, Admin = world.Keys.AdminSigner.PublicKey,
            Restore = world.Keys.RestorePublic, Chunking = ChunkerParameters.Default,
            PackBytes = 32 << 20,
        };
        await store.PutAsync(
            ObjectNames.Descriptor, [descriptor.Encode(world.Keys.AdminSigner)], PutOptions.Hot, Cancellation);
        var roster = new Roster
        {
            Sequence = 1, Previous = null, Created = Kit.Now, Slots = [HashOfName(vector.Name!)], Epochs = [],
        };
        await KeyStore.PutRosterAsync(
            store, roster, world.Repository, world.Keys.AdminSigner, environment, Cancellation);
        using var secret = new SealingKeySecret(RecoveryKey.Parse(vector.Field("recovery-key")));
        using var repository = await RepositoryOpener.OpenWithSecretAsync(store, secret, environment, Cancellation);
        foreach (var (epoch, seed) in repository.Secrets!.Seeds)
            released.Append($"seed {epoch} {Convert.ToHexStringLower(seed.AsSpan())}\n");
    }

    static async Task ReadRepositoryAsync(Vector vector, StringBuilder released)
    {
        var store = await LoadAsync(vector.Field("folder"));
        using var secret = new SealingKeySecret(RecoveryKey.Parse(vector.Field("recovery-key")));
        using var repository = await RepositoryOpener.OpenWithSecretAsync(
            store, secret, new Kit(vector.Scenario).Environment, Cancellation);
        Assert.Empty(repository.Problems);
        var key = await SingleAsync(store, ObjectNames.Snapshots);
        Assert.True(ObjectNames.TryParseSnapshot(key, out var name));
        var bytes = await ReadAsync(store, key);
        SnapshotEnvelope.Verify(name, bytes, repository.Id, repository.Signers);
        var info = SnapshotCodec.Decode(
            name, SnapshotEnvelope.Open(bytes, repository.Id, repository.Secrets!.Epochs[0].RestoreSecret));
        released.Append("snapshot\n").Append(Show.Snapshot(info));

        var blobs = new Blobs(await ReadPacksAsync(store));
        var reader = new ManifestReader(blobs, info.Manifest, info.ManifestLevel);
        var files = new StringBuilder();
        await foreach (var block in reader.ReadAsync(ManifestRange.Everything, Cancellation))
        {
            released.Append($"block {block.Class} {Show.Text(block.Path.Span)}\n");
            foreach (var entry in block.Entries.ToArray())
            {
                released.Append(Show.Entry(entry));
                if (!entry.HasContent)
                    continue;
                var content = entry.Content!.Extents.SelectMany(extent => blobs.Of(extent.Blob!.Value)).ToArray();
                files.Insert(0, $"file {Show.Text(entry.Name.Span)} {Show.Content(content)}\n");
            }
        }
        released.Append(files);
    }

    static async Task<Dictionary<BlobId, byte[]>> ReadPacksAsync(MemoryStore store)
    {
        using var world = new World(new Vector
        {
            Scenario = "", Decoder = "", Expect = "", Rules = [], Comment = "", Fields = Kit.World,
        });
        var contents = new Dictionary<BlobId, byte[]>();
        await foreach (var info in store.ListAsync(ObjectNames.Packs, Cancellation))
            foreach (var (id, content) in ReadPack(await ReadAsync(store, info.Key), info.Key, world, _ => { }))
                contents.Add(id, content);
        return contents;
    }

    static async Task<MemoryStore> LoadAsync(string folder)
    {
        var store = new MemoryStore();
        var root = Path.Combine(SourceFile.Root, "vectors", folder);
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            var key = new ObjectKey(Path.GetRelativePath(root, path).Replace('\\', '/'));
            await store.PutAsync(key, [await File.ReadAllBytesAsync(path, Cancellation)], PutOptions.Hot, Cancellation);
        }
        return store;
    }

    static async Task<ObjectKey> SingleAsync(MemoryStore store, string prefix)
    {
        var keys = new List<ObjectKey>();
        await foreach (var info in store.ListAsync(prefix, Cancellation))
            keys.Add(info.Key);
        return Assert.Single(keys);
    }

    static async Task<byte[]> ReadAsync(MemoryStore store, ObjectKey key)
    {
        using var buffer = await store.GetAsync(key, ByteRange.Whole, Limits.PackBytes, Cancellation);
        return buffer.Span.ToArray();
    }

    sealed class Blobs(Dictionary<BlobId, byte[]> contents) : IBlobSource
    {
        public byte[] Of(BlobId id) => contents[id];

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(BlobKind kind, BlobId id,
            CancellationToken cancellationToken) =>
            new(contents[id]);
    }
}
