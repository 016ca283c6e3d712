using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Manifests;

/// <summary>An entry with the place it stands at.</summary>
sealed record Placed(byte Class, byte[] Directory, Entry Entry)
{
    public byte[] Path => Directory.Length == 0
        ? Entry.Name.ToArray()
        : [.. Directory, (byte)'/', .. Entry.Name.Span];
}

/// <summary>Seeded trees with names of any bytes, all kinds of entries, and every optional field.</summary>
sealed class RandomTrees(SeededRandom random)
{
    static readonly Owner[] Owners =
    [
        new(0, 0, "root", "root"), new(1000, 1000, "anna", "users"), new(uint.MaxValue, 5, "", "ü"), new(1, 2, "", ""),
    ];

    public List<Placed> Tree(int entries)
    {
        var tree = new List<Placed>();
        var directories = new Queue<(byte[] Path, int Depth)>([([], 0)]);
        while (tree.Count < entries && directories.TryDequeue(out var directory))
        {
            var names = new HashSet<string>();
            for (var i = 1 + random.NextInt(40); i > 0; i--)
                names.Add(Convert.ToHexString(Name()));
            foreach (var name in names)
            {
                var isDirectory = directories.Count < 2 || random.NextInt(6) == 0;
                var entry = Entry(Convert.FromHexString(name), isDirectory ? EntryKind.Directory : null);
                var placed = new Placed(ManifestLimits.FileClass, directory.Path, entry);
                tree.Add(placed);
                if (isDirectory && directory.Depth < 12)
                    directories.Enqueue((placed.Path, directory.Depth + 1));
            }
        }
        for (var i = random.NextInt(3); i > 0; i--)
            tree.Add(new Placed(ManifestLimits.StreamClass, [], Entry([(byte)('a' + i)], EntryKind.Stream)));
        return Sorted(tree);
    }

    public static List<Placed> Sorted(IEnumerable<Placed> tree)
    {
        var sorted = tree.ToList();
        sorted.Sort(Compare);
        return sorted;
    }

    public static int Compare(Placed a, Placed b)
    {
        var byBlock = ManifestOrder.CompareBlocks(a.Class, a.Directory, b.Class, b.Directory);
        return byBlock != 0 ? byBlock : a.Entry.Name.Span.SequenceCompareTo(b.Entry.Name.Span);
    }

    public byte[] Name()
    {
        while (true)
        {
            var length = random.NextInt(50) == 0 ? 1 + random.NextInt(300) : 1 + random.NextInt(5);
            var name = random.Bytes(length);
            // Few values make long common prefixes, and neighbours of the slash.
            if (random.NextInt(2) == 0)
                name = [.. name.Select(b => (byte)(0x2D + (b & 3)))];
            if (EntryNames.IsValidName(name))
                return name;
        }
    }

    public Entry Entry(byte[] name, EntryKind? wanted = null)
    {
        var kind = wanted ?? (EntryKind)(random.NextInt(3) > 0 ? 1 : 1 + random.NextInt(6));
        var hasContent = kind is EntryKind.File or EntryKind.Stream;
        var extents = hasContent ? Extents(random.NextInt(10) == 0 ? 20 : random.NextInt(3)) : [];
        return new Entry
        {
            Name = name,
            Kind = kind,
            Mode = (ushort)random.NextInt(0x1000),
            Owner = Owners[random.NextInt(20) == 0 ? random.NextInt(4) : 1],
            Modified = Time(),
            Born = random.NextInt(3) == 0 ? Time() : null,
            HardLinkGroup = random.NextInt(9) == 0 ? random.NextUInt64() : 0,
            InodeFlags = random.NextInt(9) == 0 ? (uint)random.NextUInt64() : 0,
            Marks = random.NextInt(9) == 0 ? (EntryMarks)random.NextInt(32) : 0,
            Attributes = random.NextInt(9) == 0 ? Attributes() : [],
            RestoreThrough = kind == EntryKind.Stream ? "psql ‹x›" : "",
            LinkTarget = kind == EntryKind.Symlink ? Name() : default(ReadOnlyMemory<byte>),
            DeviceMajor = kind is EntryKind.BlockDevice ? 8u : 0,
            DeviceMinor = kind is EntryKind.BlockDevice ? uint.MaxValue : 0,
            Size = extents.Sum(e => e.Length),
            Content = hasContent ? new FileContent(extents, ListDepth: 0) : null,
            Stamp = new FileStamp(Time(), random.NextUInt64(), random.NextUInt64()),
        };
    }

    public Extent[] Extents(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.NextInt(5) == 0
            ? new Extent(1 + random.NextInt(int.MaxValue - 1), null)
            : new Extent(1 + random.NextInt(ManifestLimits.ChunkBytes), Id()))];

    public BlobId Id() => new(random.Bytes(BlobId.Size));

    ExtendedAttribute[] Attributes() =>
    [
        new("security.capability"u8.ToArray(), random.Bytes(random.NextInt(30))),
        new("user.large"u8.ToArray(), default) { StoredValue = new Extent(1 + random.NextInt(1 << 20), Id()) },
    ];

    FileTime Time() => new((long)random.NextUInt64() >> random.NextInt(64), (uint)random.NextInt(1_000_000_000));
}
