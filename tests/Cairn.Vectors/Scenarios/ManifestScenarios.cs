using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Primitives;
using static Cairn.Vectors.Scenario;

namespace Cairn.Vectors.Scenarios;

/// <summary>Section 10: leaf pieces, upper pieces and extent lists, as plain contents of blobs.</summary>
static class ManifestScenarios
{
    static readonly byte[] Id = Kit.HashOf("chunk");

    // One owner 0:0 without names.
    static readonly byte[] Owner = [1, 0, 0, 0, 0];
    static readonly byte[] RootBlock = [0, 0, 0, 0];

    public static IEnumerable<Vector> All() =>
        [.. Valid(), .. Owners(), .. Blocks(), .. Entries(), .. Contents(), .. Lists(), .. Uppers()];

    static byte[] Name(string name) => [(byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name)];

    /// <summary>A directory: kind, name, fields, mode, owner, modification time.</summary>
    static byte[] Directory(string name, byte owner = 0) => [2, .. Name(name), 0, 0, owner, 0, 0];

    /// <summary>An entry of any kind with its optional fields, and what its kind adds.</summary>
    static byte[] Entry(byte kind, string name, byte fields, byte[] optional, byte[] ofKind) =>
        [kind, .. Name(name), fields, 0, 0, 0, 0, .. optional, .. ofKind];

    static byte[] Piece(params byte[][] records) =>
        [0, .. Owner, .. RootBlock, .. records.SelectMany(record => record)];

    static byte[] Raw(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    static Vector Leaf(string name, string expect, string rules, string comment, byte[] piece) => Bytes(
        $"leaf/{name}", "leaf", expect, rules, comment, piece,
        expect == Success ? Show.Leaf(LeafPiece.Decode(piece)) : "");

    static IEnumerable<Vector> Valid() =>
    [
        Bytes("leaf/empty", "leaf", Success, "10-empty", "An empty manifest: no owners, no records.", [0, 0]),
        Everything(),
        Leaf("continued", Success, "10-blocks", "A block that began in the piece before.",
            [0, .. Owner, 0, 0, 1, 1, (byte)'d', .. Directory("x")]),
        Leaf("streams", Success, "10-classes", "A stream, in class 1.",
            [0, .. Owner, 0, 1, 0, 0, .. Entry(7, "dump", 32, [3, (byte)'s', (byte)'q', (byte)'l'], [0, 0, 0])]),
        Leaf("slash-sorts-first", Success, "10-order",
            "The block a/b stands before the block a!, for components are compared.",
            Raw(Piece(Directory("a"), Directory("a!")),
                [0, 0, 0, 1, (byte)'a', .. Directory("b")],
                    [0, 0, 0, 3, (byte)'a', (byte)'/', (byte)'b', .. Directory("c")],
                [0, 0, 0, 2, (byte)'a', (byte)'!', .. Directory("d")])),
    ];

    /// <summary>Encoded by the engine's own codec from entries of all kinds with all fields.</summary>
    static Vector Everything()
    {
        var root = new Owner(0, 0, "root", "root");
        var ada = new Owner(1000, 100, "ada", "");
        var full = new Entry
        {
            Kind = EntryKind.File, Name = new byte[] { (byte)'f', 0xFF }, Mode = 0xDED, Owner = ada,
            Modified = new FileTime(-1, 999_999_999), Born = new FileTime(5, 6),
                Marks = EntryMarks.Torn | EntryMarks.Kept,
            HardLinkGroup = 7, InodeFlags = 0x40, Size = 6000,
            Attributes =
            [
                new ExtendedAttribute("user.a"u8.ToArray(), new byte[] { 1 }),
                new ExtendedAttribute("user.b"u8.ToArray(),
                    default) { StoredValue = new Extent(70_000, new BlobId(Id)) },
            ],
            Content = new FileContent([new Extent(1000, new BlobId(Id)), new Extent(5000, null)], 0),
        };
        Entry[] entries =
        [
            new() { Kind = EntryKind.Fifo, Name = "a"u8.ToArray(), Owner = root },
            new() { Kind = EntryKind.BlockDevice, Name = "b"u8.ToArray(), Owner = root, DeviceMajor = 8,
                DeviceMinor = 1 },
            new() { Kind = EntryKind.CharacterDevice, Name = "c"u8.ToArray(), Owner = root, DeviceMajor = 1,
                DeviceMinor = 300 },
            new() { Kind = EntryKind.Directory, Name = "d"u8.ToArray(), Owner = ada, Mode = 0x1ED },
            full,
            new() { Kind = EntryKind.Symlink, Name = "l"u8.ToArray(), Owner = root, LinkTarget = "d/x"u8.ToArray() },
        ];
        var encoder = new LeafPieceEncoder();
        encoder.BeginBlock(0, [], isContinued: false);
        foreach (var entry in entries)
            encoder.Add(entry);
        var content = "block 0 -\n" + string.Concat(entries.Select(Show.Entry));
        return Bytes(
            "leaf/everything", "leaf", Success, "10-leaf 10-entry 10-attributes 10-extents",
                "All kinds and all fields.",
            encoder.Finish().ToArray(), content);
    }

    static IEnumerable<Vector> Owners() =>
    [
        Leaf("level", Framing, "10-leaf", "A leaf piece of level 1.", [1, 0]),
        Leaf("nothing", Framing, "10-leaf", "No byte at all.", []),
        Leaf("owners-more-than-fit", Framing, "1-limits", "127 owners and no bytes.", [0, 127]),
        Leaf("owner-unused", Framing, "10-owners", "An owner that no entry has.",
            [0, 2, 0, 0, 0, 0, 1, 0, 0, 0, .. RootBlock, .. Directory("a")]),
        Leaf("owner-twice", Framing, "10-owners", "The same owner twice.",
            [0, 2, 0, 0, 0, 0, 0, 0, 0, 0, .. RootBlock, .. Directory("a"), .. Directory("b", owner: 1)]),
        Leaf("owners-not-in-order-of-use", Framing, "10-owners", "The second owner is used first.",
            [0, 2, 0, 0, 0, 0, 1, 0, 0, 0, .. RootBlock, .. Directory("a", owner: 1), .. Directory("b")]),
        Leaf("owner-out-of-range", Framing, "10-owners", "Owner 1 of one.", Piece(Directory("a", owner: 1))),
        Leaf("owner-name-not-utf8", Framing, "10-owners", "A user name that is not UTF-8.",
            [0, 1, 0, 0, 1, 0xFF, 0, .. RootBlock, .. Directory("a")]),
    ];

    static IEnumerable<Vector> Blocks() =>
    [
        Leaf("begins-with-entry", Framing, "10-blocks", "No block before the first entry.",
            [0, .. Owner, .. Directory("a")]),
        Leaf("block-empty", Framing, "10-blocks", "A block without entries.",
            Raw(Piece(Directory("a")), [0, 0, 0, 1, (byte)'a'])),
        Leaf("continued-later", Framing, "10-blocks", "The second block says that it began before.",
            Raw(Piece(Directory("a")), [0, 0, 1, 1, (byte)'a', .. Directory("b")])),
        Leaf("continued-two", Framing, "1-canonical", "2 is neither yes nor no.",
            [0, .. Owner, 0, 0, 2, 0, .. Directory("a")]),
        Leaf("blocks-descend", Framing, "10-order", "a! before a/b.",
            Raw([0, .. Owner, 0, 0, 0, 2, (byte)'a', (byte)'!', .. Directory("x")],
                [0, 0, 0, 3, (byte)'a', (byte)'/', (byte)'b', .. Directory("y")])),
        Leaf("block-twice", Framing, "10-order", "The root's block twice.",
            Raw(Piece(Directory("a")), RootBlock, Directory("b"))),
        Leaf("path-with-leading-slash", Framing, "10-order", "/a.",
            [0, .. Owner, 0, 0, 0, 2, (byte)'/', (byte)'a', .. Directory("x")]),
        Leaf("path-with-dots", Framing, "10-names", "The path \"..\".",
            [0, .. Owner, 0, 0, 0, 2, (byte)'.', (byte)'.', .. Directory("x")]),
        Leaf("path-with-nul", Framing, "10-names", "A path with a NUL.",
            [0, .. Owner, 0, 0, 0, 1, 0, .. Directory("x")]),
        Leaf("class-unknown", Framing, "10-classes", "Class 2.", [0, .. Owner, 0, 2, 0, 0, .. Directory("x")]),
        Leaf("streams-below-a-path", Framing, "10-classes", "A block of class 1 that is not the root's.",
            [0, .. Owner, 0, 1, 0, 1, (byte)'a', .. Entry(7, "s", 0, [], [0, 0, 0])]),
        Leaf("stream-among-files", Framing, "10-classes", "A stream in class 0.",
            Piece(Entry(7, "s", 0, [], [0, 0, 0]))),
        Leaf("file-among-streams", Framing, "10-classes", "A directory in class 1.",
            [0, .. Owner, 0, 1, 0, 0, .. Directory("x")]),
    ];

    static IEnumerable<Vector> Entries() =>
    [
        Leaf("entries-descend", Framing, "10-order", "b before a.", Piece(Directory("b"), Directory("a"))),
        Leaf("entry-twice", Framing, "10-order", "The same name twice.", Piece(Directory("a"), Directory("a"))),
        Leaf("kind-unknown", Framing, "10-entry", "There is no kind 8.", Piece(Entry(8, "a", 0, [], []))),
        Leaf("name-empty", Framing, "10-names", "No name.", Piece(Directory(""))),
        Leaf("name-dot", Framing, "10-names", "The name \".\".", Piece(Directory("."))),
        Leaf("name-dots", Framing, "10-names", "The name \"..\".", Piece(Directory(".."))),
        Leaf("name-with-slash", Framing, "10-names", "The name \"a/b\".", Piece(Directory("a/b"))),
        Leaf("name-with-nul", Framing, "10-names", "A NUL.", Piece(Directory("\0"))),
        Leaf("fields-unknown", Framing, "10-entry", "Bit 6.", Piece(Entry(2, "a", 64, [], []))),
        Leaf("mode-beyond-twelve-bits", Framing, "10-entry", "Mode 4096.",
            Piece([2, .. Name("a"), 0, 0x80, 0x20, 0, 0, 0])),
        Leaf("nanoseconds-beyond-a-second", Framing, "10-entry", "10^9 nanoseconds.",
            Piece([2, .. Name("a"), 0, 0, 0, 0, 0x80, 0x94, 0xEB, 0xDC, 0x03])),
        Leaf("marks-default", Framing, "10-default", "Marks are there, and 0.", Piece(Entry(2, "a", 1, [0], []))),
        Leaf("marks-unknown", Framing, "10-entry", "Mark 32.", Piece(Entry(2, "a", 1, [32], []))),
        Leaf("creation-default", Framing, "10-default", "A creation time of 0.", Piece(Entry(2, "a", 2, [0, 0], []))),
        Leaf("hard-link-group-default", Framing, "10-default", "Group 0.", Piece(Entry(2, "a", 4, [0], []))),
        Leaf("inode-flags-default", Framing, "10-default", "No flags.", Piece(Entry(2, "a", 8, [0], []))),
        Leaf("attributes-default", Framing, "10-default", "No attributes.", Piece(Entry(2, "a", 16, [0], []))),
        Leaf("restore-through-default", Framing, "10-default", "No command.", Piece(Entry(2, "a", 32, [0], []))),
        Leaf("restore-through-not-utf8", Framing, "10-entry", "A command that is not UTF-8.",
            Piece(Entry(2, "a", 32, [1, 0xFF], []))),
        Leaf("attributes-descend", Framing, "10-attributes", "b before a.",
            Piece(Entry(2, "a", 16, [2, .. Name("b"), 0, 0, .. Name("a"), 0, 0], []))),
        Leaf("attribute-name-empty", Framing, "10-attributes", "No name.", Piece(Entry(2, "a", 16, [1, 0, 0, 0], []))),
        Leaf("attribute-sort-unknown", Framing, "10-attributes", "2 is neither inline nor stored.",
            Piece(Entry(2, "a", 16, [1, .. Name("x"), 2, 0], []))),
        Leaf("attribute-stored-but-empty", Framing, "10-attributes", "A blob for no bytes.",
            Piece(Entry(2, "a", 16, [1, .. Name("x"), 1, 0, .. Id], []))),
        Leaf("target-empty", Framing, "10-entry", "A link to nowhere.", Piece(Entry(3, "a", 0, [], [0]))),
        Leaf("target-with-nul", Framing, "10-entry", "A target with a NUL.", Piece(Entry(3, "a", 0, [], [1, 0]))),
        Leaf("varint-in-long-form", Framing, "1-canonical", "The mode 0 in two bytes.",
            Piece([2, .. Name("a"), 0, 0x80, 0, 0, 0, 0])),
        Leaf("cut-off", Framing, "10-leaf", "It ends inside of an entry.", Piece(Directory("a"))[..^1]),
    ];

    static byte[] File(params byte[] content) => Piece(Entry(1, "a", 0, [], content));

    static IEnumerable<Vector> Contents() =>
    [
        Leaf("extents-do-not-add-up", Framing, "10-extents", "Size 2, and an extent of one byte.",
            File([2, 0, 1, 2, .. Id])),
        Leaf("extents-more-than-fit", Framing, "1-limits", "100 extents and no bytes.", File(0, 0, 100)),
        Leaf("extents-beyond-limit", Framing, "1-limits", "1,025 extents.", File(0, 0, 0x81, 8)),
        Leaf("extent-empty", Framing, "10-extents", "An extent of no bytes.", File([0, 0, 1, 0, .. Id])),
        Leaf("hole-empty", Framing, "10-extents", "A hole of no bytes.", File(0, 0, 1, 1)),
        Leaf("hole-among-lists", Framing, "10-extents", "A hole at list depth 1.", File(1, 1, 1, 3)),
        Leaf("chunk-beyond-limit", Framing, "1-limits", "A chunk of 16 MiB and a byte.",
            File([0x81, 0x80, 0x80, 8, 0, 1, 0x82, 0x80, 0x80, 16, .. Id])),
        Leaf("list-depth-beyond-limit", Framing, "1-limits", "List depth 9.", File([1, 9, 1, 2, .. Id])),
        Leaf("list-depth-of-nothing", Framing, "10-extents", "An empty file with lists.", File(0, 1, 0)),
        Leaf("size-beyond-limit", Framing, "1-limits", "A hole of 2^62 bytes.",
            File(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0, 0)),
    ];

    static Vector List(string name, string expect, string rules, string comment, int level, byte[] list,
        string content = "") =>
        Bytes($"extent-list/{name}", "extent-list", expect, rules, comment, list, content, ("level", $"{level}"));

    static IEnumerable<Vector> Lists() =>
    [
        List("chunk-and-hole", Success, "10-lists", "A chunk of 100 bytes and a hole of 5.", 0,
            [0, 2, 0xC8, 1, .. Id, 11], Show.Extents([new Extent(100, new BlobId(Id)), new Extent(5, null)])),
        List("of-lists", Success, "10-lists", "A list of level 1.", 1,
            [1, 1, 0xC8, 1, .. Id], Show.Extents([new Extent(100, new BlobId(Id))])),
        List("level-not-expected", Framing, "10-lists", "Level 1 where level 0 is named.", 0, [1, 1, 2, .. Id]),
        List("empty", Framing, "10-lists", "No extents.", 0, [0, 0]),
        List("more-than-fit", Framing, "1-limits", "100 extents and no bytes.", 0, [0, 100]),
        List("beyond-limit", Framing, "1-limits", "4,097 extents.", 0,
            [0, 0x81, 0x20, .. Enumerable.Repeat((byte)3, 4097)]),
        List("byte-left-over", Framing, "1-canonical", "A byte follows.", 0, [0, 1, 3, 0]),
        List("hole-among-lists", Framing, "10-lists", "A hole at level 1.", 1, [1, 1, 3]),
        List("extent-empty", Framing, "10-lists", "An extent of no bytes.", 0, [0, 1, 0, .. Id]),
        List("cut-off", Framing, "10-lists", "The id ends early.", 0, [0, 1, 2, .. Id.AsSpan(0, 31)]),
    ];

    static byte[] Row(byte @class, string path, string name, byte entries = 1) =>
        [@class, .. Name(path), .. Name(name), .. Id, entries, 9];

    static Vector Upper(string name, string expect, string rules, string comment, byte[] piece, int level = 1) => Bytes(
        $"upper/{name}", "upper", expect, rules, comment, piece,
        expect == Success ? Show.Upper(UpperPiece.Decode(piece, level)) : "", ("level", $"{level}"));

    static IEnumerable<Vector> Uppers() =>
    [
        Upper("two-rows", Success, "10-upper", "Two leaf pieces.",
            [1, 2, .. Row(0, "", "a"), .. Row(0, "a", "b", 200 - 128)]),
        Upper("level-not-expected", Framing, "10-upper", "Level 2 where level 1 is named.", [2, 1, .. Row(0, "", "a")]),
        Upper("no-rows", Framing, "10-upper", "No rows.", [1, 0]),
        Upper("rows-more-than-fit", Framing, "1-limits", "100 rows and no bytes.", [1, 100]),
        Upper("rows-descend", Framing, "10-upper 10-order", "b before a.",
            [1, 2, .. Row(0, "", "b"), .. Row(0, "", "a")]),
        Upper("rows-repeat", Framing, "10-upper", "The same first entry twice.",
            [1, 2, .. Row(0, "", "a"), .. Row(0, "", "a")]),
        Upper("row-without-entries", Framing, "10-upper", "A piece of no entries.", [1, 1, .. Row(0, "", "a", 0)]),
        Upper("row-class-unknown", Framing, "10-classes", "Class 2.", [1, 1, .. Row(2, "", "a")]),
        Upper("row-path-with-dots", Framing, "10-names", "The path \"..\".", [1, 1, .. Row(0, "..", "a")]),
        Upper("row-name-with-slash", Framing, "10-names", "The name \"a/b\".", [1, 1, .. Row(0, "", "a/b")]),
        Upper("byte-left-over", Framing, "1-canonical", "A byte follows.", [1, 1, .. Row(0, "", "a"), 0]),
    ];
}
