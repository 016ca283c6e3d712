using Cairn.Engine.Envelopes;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.Backup;

/// <summary>Many hosts in one repository: what they share is stored once, and what is not trusted again
/// (INV-5).</summary>
public sealed class TrustTests
{
    const int Hosts = 5;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_hosts_with_nearly_equal_trees_store_the_difference_only()
    {
        await using var test = await TestRepository.CreateAsync();
        var common = Enumerable.Range(0, 18).Select(_ => test.Random.Bytes(100_000)).ToList();
        var sizes = new List<long>();
        for (var i = 0; i < Hosts; i++)
        {
            using var host = await TestHost.JoinAsync(test, $"host{i}");
            var source = new MemorySource(test.Time);
            foreach (var (number, content) in common.Index())
                source.File($"common/{number}", content);
            source.File("own/a", test.Random.Bytes(100_000));
            source.File("own/b", test.Random.Bytes(100_000));
            var before = await SizeAsync(test);
            await BackupAsync(test, host, source, AuthorTrust.Enrolled);
            sizes.Add(await SizeAsync(test) - before);
        }
        Assert.InRange(sizes[0], 2_000_000, 2_400_000);
        // A tenth is new, and the manifest, which the packs' padding makes coarse.
        Assert.All(sizes.Skip(1), size => Assert.InRange(size, 200_000, 280_000));
    }

    [Fact]
    public async Task Whom_one_does_not_trust_one_does_not_rely_on_INV_5()
    {
        await using var test = await TestRepository.CreateAsync();
        using var first = await TestHost.JoinAsync(test, "first");
        using var second = await TestHost.JoinAsync(test, "second");
        var source = new MemorySource(test.Time);
        for (var i = 0; i < 5; i++)
            source.File($"f{i}", test.Random.Bytes(50_000));
        await BackupAsync(test, first, source, AuthorTrust.Own);

        Assert.Equal(0, await DryAsync(test, second, source, AuthorTrust.Enrolled));
        Assert.Equal(0, await DryAsync(test, second, source, AuthorTrust.Of(new HashSet<SignerId> { first.Id })));
        var all = await DryAsync(test, second, source, AuthorTrust.Own);
        Assert.True(all >= 5);
        Assert.Equal(all, await DryAsync(test, second, source, AuthorTrust.Of(new HashSet<SignerId>())));
        // Its own it relies on in any case.
        Assert.Equal(0, await DryAsync(test, first, source, AuthorTrust.Own));
        await first.RevokeAsync();
        Assert.Equal(all, await DryAsync(test, second, source, AuthorTrust.Enrolled));
    }

    [Fact]
    public async Task Nobody_vouches_for_a_pack_in_anothers_name_INV_5()
    {
        await using var test = await TestRepository.CreateAsync();
        using var victim = await TestHost.JoinAsync(test, "victim");
        using var thief = await TestHost.JoinAsync(test, "thief");
        var secret = test.Random.Bytes(1000);
        var source = new MemorySource(test.Time);
        source.File("f", secret);
        await PlantAsync(test, thief, victim.Id, secret);

        // Who trusts him takes the victim's supposed pack for true.
        Assert.Equal(1, await DryAsync(test, victim, source, AuthorTrust.Enrolled));
        Assert.Equal(2, await DryAsync(test, victim, source, AuthorTrust.Own));
        await thief.RevokeAsync();
        Assert.Equal(2, await DryAsync(test, victim, source, AuthorTrust.Enrolled));
    }

    // An index object of the thief's: a pack of the victim's, which does not exist, holds this content.
    static async Task PlantAsync(TestRepository test, TestHost thief, SignerId author, byte[] content)
    {
        using var repository = await thief.OpenAsync();
        var id = repository.Hasher.Hash((byte)BlobKind.Chunk, content);
        var table = new PackTable
        {
            Name = new ObjectHash(test.Random.Bytes(32)), Kind = PackKind.Data, PackSize = 4096,
            Keys = [new SealedPackKey(1, 0, test.Random.Bytes(80))], Authors = [author], BlobsOffset = 133,
            Rows = [new PackRow(id, BlobKind.Chunk, Codec.Stored, content.Length + 16, content.Length, 0, 0, 0)],
        };
        var ulid = Ulid.New(test.Time, test.Random);
        var stored = IndexEnvelope.Seal(
            ObjectType.Index, domain: 0, ulid, IndexCodec.Encode([table]), repository.Keys,
            repository.RequireHost().Signer, test.Random);
        await ObjectWriter.PutDatedAsync(test.Store, ObjectNames.Index, ulid, stored, Token);
    }

    /// <summary>How many blobs would be stored.</summary>
    static async Task<long> DryAsync(TestRepository test, TestHost host, MemorySource source, AuthorTrust trust) =>
        (await BackupAsync(test, host, source, trust, isDryRun: true)).Statistics.BlobsStored;

    static async Task<BackupResult> BackupAsync(
        TestRepository test, TestHost host, MemorySource source, AuthorTrust trust, bool isDryRun = false)
    {
        test.Time.Advance(TimeSpan.FromMinutes(1));
        using var repository = await host.OpenAsync();
        var options = BackupWorld.Options with { Trust = trust, IsDryRun = isDryRun, ReadsAll = true };
        return await BackupOperation.RunAsync(
            repository, host.State, new BackupInput { Files = source }, options, new BackupMonitor(), Token);
    }

    static async Task<long> SizeAsync(TestRepository test)
    {
        var sum = 0L;
        await foreach (var info in test.Store.ListAsync("", Token))
            sum += info.Size;
        return sum;
    }
}
