using Cairn.Engine.Crypto;
using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Manifests.Local;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Testing.State;
using Cairn.Testing;

namespace Cairn.Tests.Manifests;

public class LocalManifestTests
{
    static readonly RepositoryId Repository = new(Enumerable.Repeat((byte)1, 32).ToArray());
    static readonly Bytes32 Source = new(Enumerable.Repeat((byte)2, 32).ToArray());
    static readonly BlobIdHasher Hasher = new(SecretKey.CopyFrom(Enumerable.Repeat((byte)4, 32).ToArray()));
    static readonly ObjectHash Snapshot = new(Enumerable.Repeat((byte)3, 32).ToArray());

    [Theory]
    [InlineData(51, 0)]
    [InlineData(52, 1)]
    [InlineData(53, 30_000)]
    public void Entries_come_back_as_they_were(int seed, int size)
    {
        var tree = new RandomTrees(new SeededRandom((ulong)seed)).Tree(size);
        var state = Write(tree);
        using (var local = Open(state)!)
        {
            Assert.Equal(Snapshot, local.Snapshot);
            Assert.Equal((ulong)tree.Count, local.EntryCount);
            Assert.Equal(tree.Select(Text), ReadAll(local));
        }
        Assert.Equal(0, state.OpenMaps);
    }

    [Fact]
    public void An_unchanged_tree_makes_the_same_manifest_from_the_local_copy()
    {
        var tree = new RandomTrees(new SeededRandom(54)).Tree(5000);
        using var local = Open(Write(tree))!;
        var cursor = local.OpenCursor();
        var again = new MemoryStateFolder();
        using var writer = new LocalManifestWriter(again, Repository, Source);
        using var cutter = BuiltManifest.Cutter();
        var builder = new ManifestBuilder(new MemoryBlobs(), cutter);
        foreach (var placed in tree)
        {
            Assert.True(cursor.TryAdvanceTo(placed.Class, placed.Directory, placed.Entry.Name.Span));
            var former = cursor.Current;
            var isWhole = (placed.Entry.Marks & EntryMarks.Torn) == 0;
            Assert.Equal(isWhole, former.HasContentOf(placed.Entry, ChangeRules.Default));
            builder.Add(placed.Class, placed.Directory, former.Record, former.Owner);
            writer.Append(placed.Class, placed.Directory, former);
        }
        cursor.Finish();
        Assert.Equal(0UL, cursor.Vanished);
        Assert.Equal(BuiltManifest.Build(new MemoryBlobs(), tree), builder.Finish());
        writer.Commit(Snapshot);
        using var second = Open(again)!;
        Assert.Equal(tree.Select(Text), ReadAll(second));
    }

    [Theory]
    [InlineData(55)]
    [InlineData(56)]
    [InlineData(57)]
    public void The_cursor_finds_what_both_have_and_counts_what_vanished(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var trees = new RandomTrees(random);
        var tree = trees.Tree(8000);
        var gone = tree.Where(_ => random.NextInt(3) == 0).ToHashSet();
        var goneDirectory = tree[random.NextInt(tree.Count)].Directory;
        gone.UnionWith(tree.Where(p => p.Class == 0 && p.Directory.AsSpan().StartsWith(goneDirectory)));
        var known = tree.Select(Key).ToHashSet();
        var fresh = trees.Tree(3000).Where(p => !known.Contains(Key(p)));
        var walk = RandomTrees.Sorted(tree.Where(p => !gone.Contains(p)).Concat(fresh));
        using var local = Open(Write(tree))!;
        var cursor = local.OpenCursor();
        foreach (var placed in walk)
        {
            var found = cursor.TryAdvanceTo(placed.Class, placed.Directory, placed.Entry.Name.Span);
            Assert.True(found == known.Contains(Key(placed)), $"{random}: {Key(placed)}");
            if (found)
                Assert.Equal(Text(placed), Text(placed with { Entry = cursor.Current.ToEntry() }));
        }
        cursor.Finish();
        Assert.Equal((ulong)gone.Count, cursor.Vanished);
    }

    [Fact]
    public void What_vanished_can_be_looked_at_on_the_way()
    {
        var tree = BuiltManifest.Regular(3000).ToList();
        using var local = Open(Write(tree))!;
        var cursor = local.OpenCursor();
        var walk = tree.Where((_, i) => i % 7 != 0 && i is < 500 or > 2500).ToList();
        var vanished = new List<Placed>();
        foreach (var placed in walk)
        {
            while (cursor.CompareNextTo(0, placed.Directory, placed.Entry.Name.Span) < 0 && cursor.MoveNext())
                vanished.Add(new Placed(cursor.Class, cursor.Directory.ToArray(), cursor.Current.ToEntry()));
            Assert.True(cursor.TryAdvanceTo(0, placed.Directory, placed.Entry.Name.Span));
        }
        while (cursor.MoveNext())
            vanished.Add(new Placed(cursor.Class, cursor.Directory.ToArray(), cursor.Current.ToEntry()));
        Assert.Equal(tree.Except(walk).Select(Text), vanished.Select(Text));
        Assert.Equal(0UL, cursor.Vanished);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(5000)]
    public void All_blobs_of_a_large_file_are_named_without_a_key(int count)
    {
        var blobs = new MemoryBlobs();
        var trees = new RandomTrees(new SeededRandom(58));
        var extents = trees.Extents(count);
        var state = new MemoryStateFolder();
        using var writer = new LocalManifestWriter(state, Repository, Source);
        var log = writer.BeginLists();
        var builder = new ExtentListBuilder(blobs);
        builder.Begin(log);
        foreach (var extent in extents)
            builder.Add(extent);
        var file = trees.Entry("large"u8.ToArray(), EntryKind.Fifo);
        var size = builder.Length;
        var entry = new Entry
        {
            Name = file.Name,
            Kind = EntryKind.File,
            Owner = file.Owner,
            Size = size,
            Content = builder.Finish(),
        };
        writer.Append(0, default, entry, log.Chain);
        writer.Commit(Snapshot);
        var expected = blobs.Blobs.Select(b => new BlobReference(b.Key.Item1, b.Key.Item2, b.Value.Length))
            .Concat(extents.Where(e => !e.IsHole)
                .Select(e => new BlobReference(BlobKind.Chunk, e.Blob!.Value, (int)e.Length)))
            .ToHashSet();
        using var local = Open(state)!;
        AssertNames(local, expected);

        var copy = new MemoryStateFolder();
        using var second = new LocalManifestWriter(copy, Repository, Source);
        var cursor = local.OpenCursor();
        Assert.True(cursor.MoveNext());
        second.Append(0, default, cursor.Current);
        second.Commit(Snapshot);
        using var copied = Open(copy)!;
        AssertNames(copied, expected);
    }

    [Fact]
    public void Any_difference_makes_a_file_worth_reading()
    {
        var placed = BuiltManifest.Regular(1).First();
        using var local = Open(Write([placed]))!;
        var cursor = local.OpenCursor();
        Assert.True(cursor.MoveNext());
        var former = cursor.Current;
        var loose = new ChangeRules(ByChangeTime: false, ByInode: false);
        var entry = placed.Entry;
        Assert.True(former.HasContentOf(entry, ChangeRules.Default));
        Assert.True(former.HasMetadataOf(entry, Hasher));
        Assert.False(former.HasContentOf(Like(entry, size: 4999), loose));
        Assert.False(former.HasContentOf(Like(entry, kind: EntryKind.Fifo), loose));
        Assert.False(former.HasContentOf(Like(entry, modified: new FileTime(1_700_000_000, 123_456_788)), loose));
        var touched = Like(entry, stamp: entry.Stamp with { Changed = default });
        var moved = Like(entry, stamp: entry.Stamp with { Inode = 99 });
        var mounted = Like(entry, stamp: entry.Stamp with { Device = 99 });
        Assert.False(former.HasContentOf(touched, loose with { ByChangeTime = true }));
        Assert.True(former.HasContentOf(touched, loose));
        Assert.False(former.HasContentOf(moved, loose with { ByInode = true }));
        Assert.False(former.HasContentOf(mounted, loose with { ByInode = true }));
        Assert.True(former.HasContentOf(moved, loose));
        entry.Mode ^= 1;
        Assert.False(former.HasMetadataOf(entry, Hasher));
    }

    [Fact]
    public void A_local_manifest_of_another_repository_or_source_is_none()
    {
        var state = Write(BuiltManifest.Regular(10));
        Assert.Null(LocalManifest.TryOpen(state, new RepositoryId(Enumerable.Repeat((byte)9, 32).ToArray()), Source));
        var other = new Bytes32(Enumerable.Repeat((byte)9, 32).ToArray());
        state.Files[LocalManifest.NameOf(other)] = state.Files[LocalManifest.NameOf(Source)];
        Assert.Null(LocalManifest.TryOpen(state, Repository, other));
        Assert.Null(LocalManifest.TryOpen(new MemoryStateFolder(), Repository, Source));
        Assert.Equal(0, state.OpenMaps);
    }

    [Fact]
    public void A_local_manifest_that_is_damaged_anywhere_is_none()
    {
        var state = Write(new RandomTrees(new SeededRandom(59)).Tree(20));
        var name = LocalManifest.NameOf(Source);
        var good = state.Files[name];
        for (var i = 0; i < good.Length; i++)
        {
            foreach (var flip in new byte[] { 1, 0x80, 0xFF })
            {
                state.Files[name] = (byte[])good.Clone();
                state.Files[name][i] ^= flip;
                Assert.Null(Open(state));
            }
            state.Files[name] = good[..i];
            Assert.Null(Open(state));
        }
        state.Files[name] = [.. good, 0];
        Assert.Null(Open(state));
        Assert.Equal(0, state.OpenMaps);
    }

    [Fact]
    public void Blocks_that_changed_places_or_were_lost_make_it_none()
    {
        var state = Write(BuiltManifest.Regular(10_000));
        var name = LocalManifest.NameOf(Source);
        var good = state.Files[name];
        const int block = 256 << 10;
        var swapped = (byte[])good.Clone();
        good.AsSpan(0, block).CopyTo(swapped.AsSpan(block));
        good.AsSpan(block, block).CopyTo(swapped);
        state.Files[name] = swapped;
        Assert.Null(Open(state));
        var lost = (byte[])good.Clone();
        lost.AsSpan(block, 4096).Clear();
        state.Files[name] = lost;
        Assert.Null(Open(state));
    }

    [Fact]
    public void A_writer_given_up_leaves_the_former_one()
    {
        var state = Write(BuiltManifest.Regular(10));
        using (var writer = new LocalManifestWriter(state, Repository, Source))
            writer.Append(0, default, BuiltManifest.Regular(1).First().Entry, lists: 0);
        using var local = Open(state)!;
        Assert.Equal(10UL, local.EntryCount);
    }

    [Fact]
    public void Comparing_allocates_nothing()
    {
        var tree = BuiltManifest.Regular(20_000).ToArray();
        using var local = Open(Write(tree))!;
        var cursor = local.OpenCursor();
        var blobs = 0;
        Compare(tree.AsSpan(0, 1000));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Compare(tree.AsSpan(1000));
        // Nothing per entry; the runtime itself may take a little on this thread while it compiles.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_384);
        Assert.Equal(20_000, blobs);

        void Compare(ReadOnlySpan<Placed> walk)
        {
            foreach (var placed in walk)
            {
                if (!cursor.TryAdvanceTo(placed.Class, placed.Directory, placed.Entry.Name.Span))
                    continue;
                var former = cursor.Current;
                if (!former.HasContentOf(placed.Entry, ChangeRules.Default)
                    || !former.HasMetadataOf(placed.Entry, Hasher))
                    continue;
                foreach (var _ in former.Blobs)
                    blobs++;
            }
        }
    }

    static void AssertNames(LocalManifest local, HashSet<BlobReference> expected)
    {
        var cursor = local.OpenCursor();
        Assert.True(cursor.MoveNext());
        var named = new HashSet<BlobReference>();
        foreach (var blob in cursor.Current.Blobs)
            named.Add(blob);
        Assert.Equal(expected, named);
    }

    static List<string> ReadAll(LocalManifest local)
    {
        var all = new List<string>();
        var cursor = local.OpenCursor();
        while (cursor.MoveNext())
            all.Add(Text(new Placed(cursor.Class, cursor.Directory.ToArray(), cursor.Current.ToEntry())));
        return all;
    }

    static MemoryStateFolder Write(IEnumerable<Placed> tree)
    {
        var state = new MemoryStateFolder();
        using var writer = new LocalManifestWriter(state, Repository, Source);
        foreach (var placed in tree)
            writer.Append(placed.Class, placed.Directory, placed.Entry, lists: 0);
        writer.Commit(Snapshot);
        return state;
    }

    static LocalManifest? Open(MemoryStateFolder state) => LocalManifest.TryOpen(state, Repository, Source);

    static string Text(Placed placed) => $"{Same.Text(placed)}|{placed.Entry.Stamp}";

    static string Key(Placed placed) => $"{placed.Class}|{Convert.ToHexString(placed.Path)}";

    static Entry Like(
        Entry entry, long? size = null, EntryKind? kind = null, FileTime? modified = null,
        FileStamp? stamp = null) => new()
    {
        Name = entry.Name,
        Kind = kind ?? entry.Kind,
        Owner = entry.Owner,
        Size = size ?? entry.Size,
        Modified = modified ?? entry.Modified,
        Stamp = stamp ?? entry.Stamp,
    };
}
