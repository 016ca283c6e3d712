using Cairn.Engine.Indexing;
using Cairn.Testing.State;

namespace Cairn.Tests.Indexing;

public class BlobIndexConcurrencyTests
{
    [Fact]
    public async Task Readers_find_all_that_was_added_while_a_writer_adds_commits_and_merges()
    {
        const int Packs = 300;
        const int RowsPerPack = 20;
        using var index = BlobIndex.Open(
            new MemoryStateFolder(), TestPacks.Repository, new BlobIndexOptions(RowsInMemoryMax: 700));
        var added = 0;
        var cancellation = TestContext.Current.CancellationToken;
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(Read, cancellation)).ToArray();

        var tables = new List<Cairn.Engine.Packs.PackTable>();
        for (var i = 0; i < Packs; i++)
        {
            var rows = Enumerable.Range(i * RowsPerPack, RowsPerPack).Select(n => (long)n).ToArray();
            var table = TestPacks.Make(i, rows);
            tables.Add(table);
            index.AddPending(table);
            Volatile.Write(ref added, i + 1);
            if (tables.Count < 7)
                continue;
            index.Absorb(TestPacks.ObjectOf(i), tables);
            tables = [];
            if (i % 5 == 0)
                index.Commit();
            if (i % 100 == 0)
                index.Compact();
        }
        Volatile.Write(ref added, int.MaxValue);
        await Task.WhenAll(readers);

        void Read()
        {
            var random = new Random(1);
            while (Volatile.Read(ref added) is var count && count != int.MaxValue)
            {
                if (count == 0)
                    continue;
                var blob = random.Next(count * RowsPerPack);
                Assert.True(index.TryFind(TestPacks.IdOf(blob), out var location), $"blob {blob} of {count} packs");
                Assert.Equal(blob % RowsPerPack, location.Row);
                Assert.Equal(TestPacks.NameOf(blob / RowsPerPack), index.GetPack(location.Pack).Name);
                Assert.Equal(TestPacks.IdOf(blob), index.GetRow(location.Pack, location.Row).Id);
                Assert.False(index.TryFind(TestPacks.IdOf(-1 - blob), out _));
            }
        }
    }

    [Fact]
    public async Task Packs_can_be_added_and_excluded_while_another_thread_commits()
    {
        using var index = BlobIndex.Open(new MemoryStateFolder(), TestPacks.Repository);
        var cancellation = TestContext.Current.CancellationToken;
        var adding = Task.Run(
            () =>
            {
                for (var i = 1000; i < 2000; i++)
                {
                    index.AddPending(TestPacks.Make(i, i));
                    if (i % 2 == 0)
                        index.Exclude(TestPacks.NameOf(i));
                    index.Exclude(TestPacks.NameOf(i % 100));
                }
            },
            cancellation);
        for (var i = 0; i < 100; i++)
        {
            index.Absorb(TestPacks.ObjectOf(i), [TestPacks.Make(i, i)]);
            index.Commit();
        }
        await adding;
        for (var i = 1000; i < 2000; i++)
        {
            Assert.Equal(i % 2 != 0, index.TryFind(TestPacks.IdOf(i), out _));
            Assert.False(index.TryFind(TestPacks.IdOf(i % 100), out _));
        }
    }
}
