using Cairn.Testing;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.Backup;

/// <summary>
/// Grows and edits trees by chance: names of any bytes, sizes around every boundary there is, duplicates, holes, links.
/// </summary>
sealed class RandomTree(MemorySource source, SeededRandom random)
{
    // Chunks of the test repository have 1 KiB to 32 KiB; its packs 1 MiB; files are read 256 KiB at a time.
    static readonly int[] Boundaries = [0, 64, 1024, 4096, 8192, 32_768, 65_536, 262_144, 1_048_576];

    public void Grow(int entries)
    {
        for (var i = 0; i < entries; i++)
            AddOne();
    }

    public void Edit(int edits)
    {
        for (var i = 0; i < edits; i++)
        {
            var files = Files();
            var path = files[random.NextInt(files.Count)];
            var node = source.Nodes[path];
            switch (random.NextInt(7))
            {
                case 0:
                    source.Remove(path);
                    break;
                case 1:
                    source.ChangeMode(path, (ushort)random.NextInt(0x200));
                    break;
                case 2:
                    source.File(path, [.. node.Content, .. random.Bytes(random.NextInt(5000))]);
                    break;
                case 3:
                    source.File(path, node.Content[..random.NextInt(node.Content.Length + 1)]);
                    break;
                case 4 when node.Content.Length > 0:
                    var copy = node.Content.ToArray();
                    copy[random.NextInt(copy.Length)] ^= 0x55;
                    source.File(path, copy);
                    break;
                default:
                    AddOne();
                    break;
            }
        }
    }

    void AddOne()
    {
        var directories = source.Nodes.Where(node => node.Value.Kind == Engine.Entries.EntryKind.Directory)
            .Select(node => node.Key + "/").Append("").ToList();
        var path = directories[random.NextInt(directories.Count)] + Name();
        if (source.Nodes.ContainsKey(path))
            return;
        var files = Files();
        switch (random.NextInt(12))
        {
            case 0 or 1:
                source.Directory(path);
                break;
            case 2:
                source.Symlink(path, Name());
                break;
            case 3 when files.Count > 0:
                source.Link(path, files[random.NextInt(files.Count)]);
                break;
            default:
                source.File(path, Content(files)).IsSparse = random.NextInt(3) == 0;
                break;
        }
    }

    byte[] Content(List<string> files)
    {
        if (files.Count > 0 && random.NextInt(5) == 0)
            return source.Nodes[files[random.NextInt(files.Count)]].Content;
        // Large ones are rare.
        var boundary = Boundaries[Math.Min(random.NextInt(Boundaries.Length), random.NextInt(Boundaries.Length + 2))];
        var content = random.Bytes(Math.Max(boundary + random.NextInt(5) - 2, 0));
        if (random.NextInt(3) != 0)
            return content;
        // Stretches of zeros: holes where they cover blocks.
        for (var i = random.NextInt(4); i > 0 && content.Length > 0; i--)
        {
            var start = random.NextInt(content.Length);
            content.AsSpan(start, random.NextInt(content.Length - start)).Clear();
        }
        return content;
    }

    string Name()
    {
        var letters = new char[1 + random.NextInt(12)];
        for (var i = 0; i < letters.Length; i++)
        {
            do
                letters[i] = (char)(1 + random.NextInt(255));
            while (letters[i] == '/');
        }
        var name = new string(letters);
        return name is "." or ".." ? "..." : name;
    }

    List<string> Files() =>
        [.. source.Nodes.Where(node => node.Value.Kind == Engine.Entries.EntryKind.File).Select(node => node.Key)];
}
