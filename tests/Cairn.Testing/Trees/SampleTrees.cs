namespace Cairn.Testing.Trees;

/// <summary>Trees with some of everything, made from a seed.</summary>
public static class SampleTrees
{
    public static TestTree Small(SeededRandom random)
    {
        var shared = random.Bytes(3000);
        var sparse = new byte[20_000];
        random.Bytes(4096).CopyTo(sparse, 8192);
        return new TestTree()
            .File("readme.txt", "hello"u8.ToArray())
            .File("empty", [])
            .File("holes/all", new byte[10_000])
            .File("holes/some", sparse)
            .File("docs/a/large.bin", random.Bytes(100_000))
            .File("docs/a/copy1", shared)
            .File("docs/b/copy2", shared)
            .File("docs/b/text", [.. Enumerable.Repeat((byte)'x', 9000)])
            .File("docs-other/same", shared)
            .File("links/one", random.Bytes(5000), hardLinkGroup: 7)
            .File("zlinks/two", [], hardLinkGroup: 0)
            .File("names/\xff\xfe", random.Bytes(10))
            .Symlink("docs/link", "../readme.txt")
            .Fifo("pipe")
            .Directory("docs/nothing")
            .Stream("dump.sql", random.Bytes(12_345));
    }
}
