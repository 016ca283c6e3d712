using Cairn.Engine.Entries;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Manifests;

public class ManifestBuilderTests
{
    [Theory]
    [InlineData(21, 0)]
    [InlineData(22, 1)]
    [InlineData(23, 300)]
    [InlineData(24, 20_000)]
    public async Task What_was_built_is_read_back_in_order(int seed, int size)
    {
        var tree = new RandomTrees(new SeededRandom((ulong)seed)).Tree(size);
        var blobs = new MemoryBlobs { IsAsynchronous = true };
        var root = BuiltManifest.Build(blobs, tree);
        Assert.Equal((ulong)tree.Count, root.Entries);
        Assert.Equal((ulong)tree.Sum(p => p.Entry.Size), root.ContentBytes);
        var back = await root.Reader(blobs)
            .ReadAsync(ManifestRange.Everything, TestContext.Current.CancellationToken).Collect();
        Assert.Equal(tree.Select(Same.Text), back.Select(Same.Text));
        Assert.InRange(blobs.InFlightMax, Math.Min(1, size), ManifestReader.DefaultReadAhead + 2);
    }

    [Fact]
    public void The_same_entries_make_the_same_pieces_whoever_copies_them()
    {
        var tree = new RandomTrees(new SeededRandom(25)).Tree(5000);
        var blobs = new MemoryBlobs();
        Assert.Equal(BuiltManifest.Build(blobs, tree), BuiltManifest.Build(new MemoryBlobs(), tree));
    }

    [Fact]
    public void Changing_one_entry_of_many_rewrites_one_leaf_and_the_way_to_the_root()
    {
        var tree = BuiltManifest.Regular(100_000).ToList();
        var blobs = new MemoryBlobs();
        var root = BuiltManifest.Build(blobs, tree);
        var pieces = blobs.Count(BlobKind.Manifest);
        Assert.InRange(pieces, 80, 600);
        tree[54_321].Entry.Mode = 0x180;
        var changed = BuiltManifest.Build(blobs, tree);
        Assert.NotEqual(root.Id, changed.Id);
        // One leaf, and one piece of each level above. A cut above moves only if the new leaf's id says so.
        Assert.InRange(blobs.Count(BlobKind.Manifest) - pieces, 1 + root.Level, 2 + 2 * root.Level);
    }

    [Fact]
    public void Adding_or_removing_an_entry_rewrites_three_leaves_at_most()
    {
        var random = new SeededRandom(26);
        var tree = BuiltManifest.Regular(100_000).ToList();
        var blobs = new MemoryBlobs();
        BuiltManifest.Build(blobs, tree);
        for (var round = 0; round < 6; round++)
        {
            var edited = tree.ToList();
            var place = random.NextInt(tree.Count);
            if (round % 2 == 0)
                edited.RemoveAt(place);
            else
                edited.Insert(place + 1, With(edited[place], [.. edited[place].Entry.Name.Span, (byte)'~']));
            var known = blobs.Blobs.Keys.ToHashSet();
            BuiltManifest.Build(blobs, edited);
            var leaves = blobs.Blobs.Where(b => !known.Contains(b.Key) && b.Value[0] == 0);
            Assert.True(leaves.Count() is >= 1 and <= 3, $"{random}: {leaves.Count()} leaves in round {round}");
        }
    }

    [Fact]
    public void Leaves_are_of_the_size_the_format_names()
    {
        var blobs = new MemoryBlobs();
        BuiltManifest.Build(blobs, BuiltManifest.Regular(100_000));
        var leaves = blobs.Blobs.Values.Where(b => b[0] == 0).Select(b => b.Length).ToList();
        Assert.True(leaves.Count(length => length < 16 << 10) <= 1, "only the last leaf may be small");
        Assert.True(leaves.Max() <= (256 << 10) + 1000);
        Assert.InRange(leaves.Average(), 32 << 10, 128 << 10);
    }

    [Fact]
    public void Long_paths_do_not_make_an_upper_piece_too_large_for_a_blob()
    {
        var blobs = new MemoryBlobs();
        using var cutter = BuiltManifest.Cutter();
        var builder = new ManifestBuilder(blobs, cutter);
        var component = string.Concat(Enumerable.Repeat("x", 65_000));
        var path = System.Text.Encoding.ASCII.GetBytes(string.Join('/', Enumerable.Repeat(component, 16)));
        var entry = BuiltManifest.Regular(1).First().Entry;
        for (var i = 0; i < 60; i++)
        {
            path[^1] = (byte)('0' + i);
            builder.Add(0, path, entry);
        }
        var root = builder.Finish();
        Assert.Equal(60UL, root.Entries);
        Assert.InRange(blobs.Blobs.Values.Max(b => b.Length), 1 << 20, 16 << 20);
        Assert.True(root.Level >= 2);
    }

    [Fact]
    public void Entries_out_of_order_are_a_mistake_of_the_caller()
    {
        var tree = BuiltManifest.Regular(3).ToList();
        Assert.Throws<InvariantViolatedException>(() => BuiltManifest.Build(new MemoryBlobs(), [tree[1], tree[0]]));
        Assert.Throws<InvariantViolatedException>(() => BuiltManifest.Build(new MemoryBlobs(), [tree[1], tree[1]]));
        Assert.Throws<InvariantViolatedException>(() =>
            BuiltManifest.Build(new MemoryBlobs(), [tree[0], tree[1] with { Directory = "a"u8.ToArray() }]));
    }

    [Fact]
    public void A_million_entries_pass_in_bounded_memory()
    {
        var entry = BuiltManifest.Regular(1).First().Entry;
        var names = BuiltManifest.Regular(1000).Select(p => p.Entry).ToArray();
        using var cutter = BuiltManifest.Cutter();
        var sink = new CountingSink();
        var builder = new ManifestBuilder(sink, cutter);
        var path = "srv/data/set-00000"u8.ToArray();
        Add(0, 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Add(10, 1000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(1_000_000UL, builder.Finish().Entries);
        Assert.True(allocated < 4 << 20, $"{allocated} bytes were allocated for a million entries");
        Assert.True(sink.Pieces > 1000);

        void Add(int from, int to)
        {
            for (var d = from; d < to; d++)
            {
                for (int i = path.Length - 1, rest = d; i >= path.Length - 5; i--, rest /= 10)
                    path[i] = (byte)('0' + rest % 10);
                foreach (var name in names)
                    builder.Add(0, path, name);
            }
        }
    }

    [Fact]
    public void Values_of_attributes_that_are_large_get_blobs_of_their_own()
    {
        var blobs = new MemoryBlobs();
        var large = new byte[40_000];
        var entry = new Entry
        {
            Name = "a"u8.ToArray(),
            Kind = EntryKind.Fifo,
            Owner = new Owner(0, 0, "", ""),
            Attributes =
            [
                new("user.a"u8.ToArray(), large),
                .. Enumerable.Range(0, 100).Select(i => new ExtendedAttribute(
                    System.Text.Encoding.ASCII.GetBytes($"user.b{i:D3}"), new byte[1000])),
            ],
        };
        LargeAttributes.Move(entry, blobs);
        Assert.Equal(new Extent(40_000, MemoryBlobs.IdOf(BlobKind.Chunk, large)), entry.Attributes[0].StoredValue);
        Assert.True(entry.Attributes[0].Value.IsEmpty);
        Assert.Null(entry.Attributes[1].StoredValue);
        Assert.InRange(entry.Attributes.Sum(a => a.Value.Length), 60_000, LargeAttributes.InlineTotalMax);
    }

    static Placed With(Placed placed, byte[] name) => placed with
    {
        Entry = new Entry
        {
            Name = name,
            Kind = EntryKind.File,
            Owner = placed.Entry.Owner,
            Modified = placed.Entry.Modified,
            Content = FileContent.Empty,
        },
    };

    sealed class CountingSink : IBlobSink
    {
        public int Pieces { get; private set; }

        public BlobId Put(BlobKind kind, ReadOnlySpan<byte> plain)
        {
            Pieces++;
            return new BlobId(plain[^32..]);
        }
    }
}
