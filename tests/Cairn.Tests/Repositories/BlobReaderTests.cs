using Cairn.Engine.Formats;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Repositories;

public sealed class BlobReaderTests
{
    static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Rows_of_a_pack_come_in_order_with_one_request()
    {
        await using var test = await TestRepository.CreateAsync();
        var (writer, blobs) = await WriteBlobsAsync(test, count: 20);
        var store = new FaultyStore(test.Store, StoreFaults.None);
        using var repository = await test.OpenForReadingAsync(store);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), None);
        var place = session.Index.FindAll(blobs[0].Id).Single();
        var sink = new Sink();
        await session.Blobs.ReadRowsAsync(place.Pack, new[] { 0, 3, 4, 19 }, sink, None);
        Assert.Equal([0, 3, 4, 19], sink.Rows.Select(row => row.Row));
        Assert.All(sink.Rows, row => Assert.Equal(blobs[row.Row].Plain, row.Plain));
        Assert.Single(store.Calls, call => call.Member == StoreMember.Get && call.Name.StartsWith("packs/"));
        Assert.Equal(20, writer.Places.Count(item => item.Value.Pack == session.Index.GetPack(place.Pack).Name));
    }

    [Fact]
    public async Task A_truncated_pack_still_gives_its_first_rows()
    {
        await using var test = await TestRepository.CreateAsync();
        var (writer, blobs) = await WriteBlobsAsync(test, count: 10);
        var key = ObjectNames.Pack(writer.Places[blobs[0].Id].Pack);
        var bytes = (await test.ObjectsAsync())[key.Value];
        test.Store.Plant(key.Value, bytes.AsSpan(0, 133 + 5 * 3000));
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), None);
        var sink = new Sink();
        var pack = session.Index.FindAll(blobs[0].Id).Single().Pack;
        await session.Blobs.ReadRowsAsync(pack, Enumerable.Range(0, 10).ToArray(), sink, None);
        Assert.Equal([0, 1, 2, 3], sink.Rows.Select(row => row.Row));
        Assert.Equal([4, 5, 6, 7, 8, 9], sink.Damaged);
    }

    [Fact]
    public async Task A_blob_that_nothing_holds_is_told_as_missing()
    {
        await using var test = await TestRepository.CreateAsync();
        await WriteBlobsAsync(test, count: 3);
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), None);
        var id = new BlobId(test.Random.Bytes(32));
        var e = await Assert.ThrowsAsync<DamagedObjectException>(
            () => session.Blobs.ReadPooledAsync(BlobKind.Chunk, id, None));
        Assert.Contains(id.ToString(), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_away_is_no_damage()
    {
        await using var test = await TestRepository.CreateAsync();
        var (_, blobs) = await WriteBlobsAsync(test, count: 3);
        var store = new FaultyStore(test.Store, StoreFaults.When(call => call.Name.StartsWith("packs/")));
        using var repository = await test.OpenForReadingAsync(store);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), None);
        var e = await Assert.ThrowsAsync<StoreException>(
            () => session.Blobs.ReadPooledAsync(BlobKind.Chunk, blobs[0].Id, None));
        Assert.Equal(StoreErrorKind.Unavailable, e.Kind);
    }

    [Fact]
    public async Task Many_threads_read_at_once()
    {
        await using var test = await TestRepository.CreateAsync();
        var (_, blobs) = await WriteBlobsAsync(test, count: 40, blobsPerPack: 3);
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), None);
        await Parallel.ForAsync(0, 400, None, async (i, cancellation) =>
        {
            var (id, plain) = blobs[i % blobs.Count];
            using var read = await session.Blobs.ReadPooledAsync(BlobKind.Chunk, id, cancellation);
            Assert.True(read.Span.SequenceEqual(plain));
        });
    }

    static async Task<(TestSnapshotWriter Writer, List<(BlobId Id, byte[] Plain)> Blobs)> WriteBlobsAsync(
        TestRepository test, int count, int blobsPerPack = 64)
    {
        using var host = await test.OpenAsHostAsync();
        var writer = new TestSnapshotWriter(test, host) { BlobsPerPack = blobsPerPack };
        var tree = new TestTree();
        var blobs = new List<(BlobId, byte[])>();
        for (var i = 0; i < count; i++)
        {
            var plain = test.Random.Bytes(3000);
            tree.File($"file{i:000}", plain);
            blobs.Add((host.Hasher.Hash((byte)BlobKind.Chunk, plain), plain));
        }
        await writer.WriteAsync(tree);
        return (writer, blobs);
    }

    sealed class Sink : IPackRowSink
    {
        public List<(int Row, byte[] Plain)> Rows { get; } = [];
        public List<int> Damaged { get; } = [];

        public void OnRow(int row, in PackRow facts, ReadOnlySpan<byte> plain) => Rows.Add((row, plain.ToArray()));

        public void OnDamaged(int row, in PackRow facts, DamagedObjectException damage) => Damaged.Add(row);
    }
}
