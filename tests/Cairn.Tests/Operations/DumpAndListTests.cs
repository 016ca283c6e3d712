using System.Formats.Tar;
using System.Text;
using Cairn.Engine.Operations.Dump;
using Cairn.Engine.Operations.Listing;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Storage;
using Cairn.Testing.Repositories;
using Cairn.Testing.State;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations;

public sealed class DumpAndListTests
{
    [Theory]
    [InlineData("docs/a/large.bin")]
    [InlineData("holes/some")]
    [InlineData("empty")]
    [InlineData("dump.sql")]
    public async Task A_file_or_stream_is_dumped_as_it_was(string path)
    {
        await using var test = await TestRepository.CreateAsync();
        var (tree, snapshot) = await SampleAsync(test);
        var bytes = await DumpAsync(test, snapshot, path);
        Assert.Equal(tree.Nodes.Single(node => node.Path == path).Content, bytes);
    }

    [Fact]
    public async Task A_directory_is_dumped_as_a_tar_that_others_read()
    {
        await using var test = await TestRepository.CreateAsync();
        var (tree, snapshot) = await SampleAsync(test);
        using var reader = new TarReader(new MemoryStream(await DumpAsync(test, snapshot, "docs")));
        var seen = new List<string>();
        while (await reader.GetNextEntryAsync(copyData: true, TestContext.Current.CancellationToken) is { } entry)
        {
            var node = tree.Nodes.Single(n => n.Path == "docs/" + entry.Name.TrimEnd('/'));
            seen.Add(node.Path);
            Assert.Equal((int)node.Entry.Mode, (int)entry.Mode);
            Assert.Equal(node.Entry.Modified.Seconds, entry.ModificationTime.ToUnixTimeSeconds());
            if (node.Content is { Length: > 0 } content)
            {
                var data = new MemoryStream();
                await entry.DataStream!.CopyToAsync(data, TestContext.Current.CancellationToken);
                Assert.Equal(content, data.ToArray());
            }
            if (entry.EntryType == TarEntryType.SymbolicLink)
                Assert.Equal("../readme.txt", entry.LinkName);
        }
        Assert.Equal(
            tree.Nodes.Select(node => node.Path).Where(path => path.StartsWith("docs/")).Order(),
            seen.Order());
    }

    [Fact]
    public async Task Long_names_large_times_and_links_survive_in_a_tar()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var name = new string('n', 200);
        var content = test.Random.Bytes(700);
        var tree = new TestTree().File($"d/{name}", content, 3).File("d/other", content, 3);
        var snapshot = await new TestSnapshotWriter(test, host).WriteAsync(tree);
        using var reader = new TarReader(new MemoryStream(await DumpAsync(test, snapshot, "")));
        var entries = new List<(TarEntryType, string, string)>();
        while (await reader.GetNextEntryAsync(copyData: true, TestContext.Current.CancellationToken) is { } entry)
            entries.Add((entry.EntryType, entry.Name, entry.LinkName));
        Assert.Equal(
            [
                (TarEntryType.Directory, "d/", ""), (TarEntryType.RegularFile, $"d/{name}", ""),
                (TarEntryType.HardLink, "d/other", $"d/{name}"),
            ],
            entries);
    }

    [Fact]
    public async Task A_damaged_chunk_ends_a_dump_with_an_error_after_good_bytes_only_INV_3()
    {
        await using var test = await TestRepository.CreateAsync();
        using var host = await test.OpenAsHostAsync();
        var content = test.Random.Bytes(60_000);
        var writer = new TestSnapshotWriter(test, host) { BlobsPerPack = 1 };
        var snapshot = await writer.WriteAsync(new TestTree().File("f", content));
        var id = host.Hasher.Hash(0, content.AsSpan(8 * 4096, 4096));
        await test.Store.DeleteAsync(
            Cairn.Engine.Formats.ObjectNames.Pack(writer.Places[id].Pack), TestContext.Current.CancellationToken);
        var output = new MemoryStream();
        await Assert.ThrowsAsync<DamagedObjectException>(() => DumpAsync(test, snapshot, "f", output));
        Assert.Equal(content[..(8 * 4096)], output.ToArray());
    }

    [Fact]
    public async Task Listing_gives_children_or_everything_below()
    {
        await using var test = await TestRepository.CreateAsync();
        var (tree, snapshot) = await SampleAsync(test);
        Assert.Equal(["docs/a", "docs/b", "docs/link", "docs/nothing"], await ListAsync(test, snapshot, "docs", false));
        Assert.Equal(["docs/a/copy1"], await ListAsync(test, snapshot, "docs/a/copy1", false));
        Assert.Equal(["dump.sql"], await ListAsync(test, snapshot, "dump.sql", false));
        Assert.Equal(
            tree.Nodes.Where(node => !node.Path.Contains('/')).Select(node => node.Path).Order(StringComparer.Ordinal),
            (await ListAsync(test, snapshot, "", false)).Order(StringComparer.Ordinal));
        Assert.Equal(
            tree.Nodes.Select(node => node.Path).Order(StringComparer.Ordinal),
            (await ListAsync(test, snapshot, "", true)).Order(StringComparer.Ordinal));
        await Assert.ThrowsAsync<PathNotFoundException>(() => ListAsync(test, snapshot, "nowhere", false));
    }

    static async Task<(TestTree, SnapshotInfo)> SampleAsync(TestRepository test)
    {
        using var host = await test.OpenAsHostAsync();
        var tree = SampleTrees.Small(test.Random);
        return (tree, await new TestSnapshotWriter(test, host) { MakesHoles = true }.WriteAsync(tree));
    }

    static async Task<byte[]> DumpAsync(
        TestRepository test, SnapshotInfo snapshot, string path, MemoryStream? output = null)
    {
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        output ??= new MemoryStream();
        var options = new DumpOptions { Path = Encoding.Latin1.GetBytes(path), Workers = 2 };
        await DumpOperation.RunAsync(session, snapshot, output, options, new DumpMonitor(), default);
        return output.ToArray();
    }

    static async Task<List<string>> ListAsync(TestRepository test, SnapshotInfo snapshot, string path, bool isRecursive)
    {
        using var repository = await test.OpenForReadingAsync();
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        var names = new List<string>();
        var options = new ListOptions { Path = Encoding.Latin1.GetBytes(path), IsRecursive = isRecursive };
        await foreach (var entry in ListOperation.RunAsync(session, snapshot, options, default))
            names.Add(Encoding.Latin1.GetString(entry.Path.Span));
        return names;
    }
}
