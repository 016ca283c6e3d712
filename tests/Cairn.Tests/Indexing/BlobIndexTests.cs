using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Testing.State;

namespace Cairn.Tests.Indexing;

public class BlobIndexTests
{
    readonly MemoryStateFolder _folder = new();

    [Fact]
    public void An_empty_index_knows_nothing_and_writes_nothing()
    {
        using var index = Open();
        index.Commit();
        index.Compact();
        Assert.False(index.TryFind(TestPacks.IdOf(1), out _));
        Assert.Empty(index.EnumeratePacks());
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void An_object_without_tables_is_remembered_too()
    {
        using (var index = Open())
        {
            index.Absorb(TestPacks.ObjectOf(1), []);
            index.Commit();
        }
        using var again = Open();
        Assert.Contains(TestPacks.ObjectOf(1), again.Absorbed);
        again.Verify(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void What_was_not_committed_is_fetched_again()
    {
        using (var index = Open())
        {
            index.Absorb(TestPacks.ObjectOf(1), [TestPacks.Make(1, 1)]);
            index.Commit();
            index.Absorb(TestPacks.ObjectOf(2), [TestPacks.Make(2, 2)]);
            index.AddPending(TestPacks.Make(3, 3));
        }
        using var again = Open();
        Assert.Equal([TestPacks.ObjectOf(1)], again.Absorbed);
        Assert.True(again.TryFind(TestPacks.IdOf(1), out _));
        Assert.False(again.TryFind(TestPacks.IdOf(2), out _));
        Assert.False(again.TryFind(TestPacks.IdOf(3), out _));
    }

    [Fact]
    public void An_excluded_pack_gives_way_to_another_that_has_the_blob()
    {
        using var index = Open();
        index.Absorb(TestPacks.ObjectOf(1), [TestPacks.Make(1, 5), TestPacks.Make(2, 5)]);
        index.Commit();
        index.Exclude(TestPacks.NameOf(1));
        Assert.True(index.TryFind(TestPacks.IdOf(5), out var location));
        Assert.Equal(TestPacks.NameOf(2), index.GetPack(location.Pack).Name);
        index.Exclude(TestPacks.NameOf(2));
        Assert.False(index.TryFind(TestPacks.IdOf(5), out _));
    }

    [Fact]
    public void A_pack_excluded_before_it_is_known_stays_excluded_through_commit_and_compaction()
    {
        using var index = Open();
        index.Exclude(TestPacks.NameOf(1));
        index.Absorb(TestPacks.ObjectOf(1), [TestPacks.Make(1, 5)]);
        Assert.False(index.TryFind(TestPacks.IdOf(5), out _));
        index.Commit();
        Assert.False(index.TryFind(TestPacks.IdOf(5), out _));
        index.Absorb(TestPacks.ObjectOf(2), [TestPacks.Make(2, 6)]);
        index.Compact();
        Assert.False(index.TryFind(TestPacks.IdOf(5), out _));
        Assert.True(index.TryFind(TestPacks.IdOf(6), out _));
    }

    [Fact]
    public void Removed_packs_leave_the_file_when_it_is_written_again()
    {
        using (var index = Open())
        {
            index.Absorb(TestPacks.ObjectOf(1), [TestPacks.Make(1, 1, 2, 3), TestPacks.Make(2, 4)]);
            index.Commit();
            index.RemovePack(TestPacks.NameOf(1));
            index.Commit();
        }
        using var again = Open();
        Assert.False(again.TryFind(TestPacks.IdOf(1), out _));
        Assert.True(again.TryFind(TestPacks.IdOf(4), out _));
        Assert.Contains(TestPacks.ObjectOf(1), again.Absorbed);
        Assert.Equal(1, again.RowCount);
    }

    [Fact]
    public void A_false_table_does_not_hide_the_true_one_of_the_same_pack()
    {
        using var index = Open();
        var name = TestPacks.NameOf(1);
        index.Absorb(TestPacks.ObjectOf(1), [TestPacks.Make(name, 1, [TestPacks.IdOf(9)])]);
        index.Commit();
        index.Absorb(TestPacks.ObjectOf(2), [TestPacks.Make(name, 1, [TestPacks.IdOf(8)])]);
        index.Compact();
        Assert.True(index.TryFind(TestPacks.IdOf(9), out var first));
        Assert.True(index.TryFind(TestPacks.IdOf(8), out var second));
        Assert.NotEqual(first.Pack, second.Pack);
        Assert.Equal(2, index.FindPacksByPrefix(PackPrefix.Of(name)).Count);
        index.Exclude(name);
        Assert.False(index.TryFind(TestPacks.IdOf(9), out _) || index.TryFind(TestPacks.IdOf(8), out _));
    }

    [Fact]
    public void The_same_pack_in_several_objects_is_found_and_listed_once()
    {
        using var index = Open();
        for (var i = 0; i < 3; i++)
        {
            index.Absorb(TestPacks.ObjectOf(i), [TestPacks.Make(1, 5)]);
            index.Commit();
        }
        index.AddPending(TestPacks.Make(1, 5));
        Assert.Single(index.FindAll(TestPacks.IdOf(5)));
        Assert.Single(index.EnumeratePacks());
        index.Compact();
        Assert.Single(index.FindAll(TestPacks.IdOf(5)));
        Assert.Equal(2, index.RowCount);
    }

    [Fact]
    public void A_prefix_names_every_pack_that_begins_with_it()
    {
        using var index = Open();
        var bytes = new byte[ObjectHash.Size];
        bytes.AsSpan(0, 16).Fill(0xAB);
        for (var i = 0; i < 4; i++)
        {
            bytes[31] = (byte)i;
            var table = TestPacks.Make(new ObjectHash(bytes), i, [TestPacks.IdOf(i)]);
            if (i == 3)
                index.AddPending(table);
            else
                index.Absorb(TestPacks.ObjectOf(i), [table, TestPacks.Make(100 + i, 100 + i)]);
            index.Commit();
        }
        Assert.Equal(4, index.FindPacksByPrefix(PackPrefix.Of(new ObjectHash(bytes))).Count);
        Assert.Empty(index.FindPacksByPrefix(new PackPrefix(TestPacks.Last16)));
        Assert.False(index.TryFindPack(new ObjectHash([.. bytes[..31], 9]), out _));
    }

    [Fact]
    public void An_index_of_another_repository_is_dropped()
    {
        using (var index = Open())
        {
            index.Absorb(TestPacks.ObjectOf(1), [TestPacks.Make(1, 1)]);
            index.Commit();
        }
        _folder.Files["somebody-else"] = [1, 2, 3];
        using var other = BlobIndex.Open(_folder, new Bytes32(new byte[32]));
        Assert.Empty(other.Absorbed);
        Assert.Equal(["somebody-else"], _folder.List());
    }

    [Fact]
    public void A_file_of_another_version_or_length_or_name_is_dropped()
    {
        using (var index = Open())
        {
            index.Absorb(TestPacks.ObjectOf(1), [TestPacks.Make(1, 1)]);
            index.Commit();
        }
        var (name, bytes) = _folder.Files.Single();
        var newer = (byte[])bytes.Clone();
        newer[8]++;
        System.Security.Cryptography.SHA256.HashData(newer.AsSpan(0, 4064), newer.AsSpan(4064, 32));
        var others = new Dictionary<string, byte[]>
        {
            ["version"] = newer,
            ["truncated by a page"] = bytes[..^4096],
            ["truncated by a byte"] = bytes[..^1],
            ["extended"] = [.. bytes, 0],
            ["empty"] = [],
        };
        foreach (var (what, damaged) in others)
        {
            var folder = new MemoryStateFolder { Files = { [name] = damaged } };
            using var index = BlobIndex.Open(folder, TestPacks.Repository);
            Assert.True(index.Absorbed.Count == 0 && folder.Files.Count == 0, what);
        }
        var renamed = new MemoryStateFolder { Files = { ["blobs-00"] = bytes } };
        using var last = BlobIndex.Open(renamed, TestPacks.Repository);
        Assert.Empty(last.Absorbed);
    }

    [Fact]
    public void Inputs_left_behind_by_a_crash_after_a_merge_do_no_harm()
    {
        using (var index = Open())
        {
            index.Absorb(TestPacks.ObjectOf(1), [TestPacks.Make(1, 1, 2)]);
            index.Commit();
            index.Absorb(TestPacks.ObjectOf(2), [TestPacks.Make(2, 2, 3)]);
            index.Commit();
            var inputs = _folder.Copy();
            index.Compact();
            foreach (var (name, bytes) in inputs.Files)
                _folder.Files.Add(name, bytes);
        }
        using var again = Open();
        Assert.Equal(3, again.SegmentCount);
        var model = new IndexModel { Packs = { [TestPacks.NameOf(1)] = TestPacks.Make(1, 1, 2) } };
        model.Packs[TestPacks.NameOf(2)] = TestPacks.Make(2, 2, 3);
        model.AssertSame(again, Enumerable.Range(0, 5).Select(i => TestPacks.IdOf(i)), "after the crash");
        again.Compact();
        Assert.Equal((1, 4L), (again.SegmentCount, again.RowCount));
        model.AssertSame(again, Enumerable.Range(0, 5).Select(i => TestPacks.IdOf(i)), "after compaction");
    }

    [Fact]
    public void Segments_stay_few_however_many_commits_there_are()
    {
        using var index = Open();
        for (var i = 0; i < 200; i++)
        {
            var blobs = Enumerable.Range(i * 100, 100).Select(n => (long)n);
            index.Absorb(TestPacks.ObjectOf(i), [TestPacks.Make(i, [.. blobs])]);
            index.Commit();
            Assert.InRange(index.SegmentCount, 1, 6);
        }
        for (var i = 0; i < 20_000; i++)
            Assert.True(index.TryFind(TestPacks.IdOf(i), out _));
        Assert.Equal(index.SegmentCount, _folder.Files.Count);
    }

    [Fact]
    public void Ids_that_are_not_spread_and_a_table_full_of_one_id_are_found()
    {
        using var index = Open();
        var ids = new BlobId[3000];
        for (var i = 0; i < ids.Length; i++)
        {
            var bytes = new byte[BlobId.Size];
            // Three thousand ids share six prefixes: zero, one, and the largest among them.
            bytes.AsSpan(0, 8).Fill((byte)(i % 3 == 0 ? 0 : 0xFF));
            bytes[7] = (byte)(i % 3 == 0 ? i % 2 : 0xFF - i % 4);
            bytes[20] = (byte)i;
            bytes[21] = (byte)(i >> 8);
            ids[i] = new BlobId(bytes);
        }
        var same = Enumerable.Repeat(TestPacks.IdOf(7), 100_000).ToArray();
        index.Absorb(TestPacks.ObjectOf(1), [
            TestPacks.Make(TestPacks.NameOf(1), 1, ids), TestPacks.Make(TestPacks.NameOf(2), 2, same)]);
        for (var round = 0; round < 2; round++)
        {
            Assert.All(ids, id => Assert.Single(index.FindAll(id)));
            Assert.All(ids, id => Assert.True(index.TryFind(id, out _)));
            Assert.Equal(same.Length, index.FindAll(TestPacks.IdOf(7)).Count);
            index.Commit();
            index.Verify(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Layout_of_records_is_what_their_sizes_say()
    {
        Assert.Equal(EntryRecord.Size, System.Runtime.CompilerServices.Unsafe.SizeOf<EntryRecord>());
        Assert.Equal(RowRecord.Size, System.Runtime.CompilerServices.Unsafe.SizeOf<RowRecord>());
        Assert.Equal(PackKey.Size, System.Runtime.CompilerServices.Unsafe.SizeOf<PackKey>());
        Assert.Equal(PackRecord.Size, System.Runtime.CompilerServices.Unsafe.SizeOf<PackRecord>());
        Assert.Equal((16, 24, 48, 72), (EntryRecord.Size, RowRecord.Size, PackKey.Size, PackRecord.Size));
    }

    BlobIndex Open() => BlobIndex.Open(_folder, TestPacks.Repository);
}
