using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;

namespace Cairn.Testing.Trees;

/// <summary>An entry of a tree in memory, with its content.</summary>
/// <param name="Content">Of files and streams; null otherwise.</param>
public sealed record TestNode(string Path, Entry Entry, byte[]? Content)
{
    public byte Class => Entry.Kind == EntryKind.Stream ? ManifestLimits.StreamClass : ManifestLimits.FileClass;
    public byte[] Directory => Encoding.Latin1.GetBytes(Path[..Math.Max(Path.LastIndexOf('/'), 0)]);
}

/// <summary>
/// Files and directories as a test wants them, in any order; directories on the way are made. Paths are Latin-1, so
/// that every byte can be a character.
/// </summary>
public sealed class TestTree
{
    static readonly Owner Someone = new(1000, 1000, "someone", "users");
    readonly Dictionary<string, TestNode> _nodes = new(StringComparer.Ordinal);
    readonly Dictionary<string, TestNode> _streams = new(StringComparer.Ordinal);

    public IEnumerable<TestNode> Nodes => _nodes.Values.Concat(_streams.Values);

    public TestTree File(string path, byte[] content, ulong hardLinkGroup = 0)
    {
        var entry = New(path, EntryKind.File, hardLinkGroup);
        entry.Size = content.Length;
        return Add(_nodes, path, entry, content);
    }

    public TestTree Directory(string path) => Add(_nodes, path, New(path, EntryKind.Directory), content: null);

    public TestTree Symlink(string path, string target)
    {
        var entry = new Entry
        {
            Name = NameOf(path), Kind = EntryKind.Symlink, Owner = Someone, Mode = 0x1FF, Modified = TimeOf(path),
            LinkTarget = Encoding.Latin1.GetBytes(target),
        };
        return Add(_nodes, path, entry, content: null);
    }

    public TestTree Fifo(string path) => Add(_nodes, path, New(path, EntryKind.Fifo), content: null);

    public TestTree Stream(string name, byte[] content)
    {
        var entry = New(name, EntryKind.Stream);
        entry.Size = content.Length;
        return Add(_streams, name, entry, content);
    }

    TestTree Add(Dictionary<string, TestNode> nodes, string path, Entry entry, byte[]? content)
    {
        var slash = path.LastIndexOf('/');
        if (slash > 0 && !nodes.ContainsKey(path[..slash]))
            Directory(path[..slash]);
        nodes.Add(path, new TestNode(path, entry, content));
        return this;
    }

    static Entry New(string path, EntryKind kind, ulong hardLinkGroup = 0) => new()
    {
        Name = NameOf(path), Kind = kind, Owner = Someone,
        Mode = kind == EntryKind.Directory ? (ushort)0x1ED : (ushort)0x1A4,
        Modified = hardLinkGroup == 0 ? TimeOf(path) : new FileTime((long)hardLinkGroup, 1),
        HardLinkGroup = hardLinkGroup,
    };

    static byte[] NameOf(string path) => Encoding.Latin1.GetBytes(path[(path.LastIndexOf('/') + 1)..]);

    // Different for different paths, and the same in every run.
    static FileTime TimeOf(string path) => new(1_700_000_000 + path.Sum(letter => letter) % 1000, (uint)path.Length);
}
