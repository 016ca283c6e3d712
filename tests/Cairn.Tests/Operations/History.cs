using Cairn.Engine.Snapshots;
using Cairn.Testing;
using Cairn.Testing.Repositories;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations;

/// <summary>Snapshots of one tree that changes a little from each to the next; large enough for several
/// pieces.</summary>
static class History
{
    public static async Task<List<SnapshotInfo>> WriteAsync(
        TestRepository test, int snapshots, int files, int editsEach)
    {
        using var host = await test.OpenAsHostAsync();
        var writer = new TestSnapshotWriter(test, host) { BlobsPerPack = 4 };
        var sizes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < files; i++)
            sizes.Add(NewPath(test.Random, i), 0);
        var written = new List<SnapshotInfo>();
        for (var i = 0; i < snapshots; i++)
        {
            for (var edit = 0; i > 0 && edit < editsEach; edit++)
                Edit(test.Random, sizes, files + i * editsEach + edit);
            var tree = new TestTree();
            foreach (var (path, size) in sizes)
                tree.File(path, new byte[size]);
            written.Add(await writer.WriteAsync(tree));
        }
        return written;
    }

    // Long names make large records, and so several pieces.
    static string NewPath(SeededRandom random, int number) =>
        $"d{random.NextInt(8)}/{number}-{new string('n', 100)}";

    static void Edit(SeededRandom random, SortedDictionary<string, int> sizes, int number)
    {
        var path = sizes.Keys.ElementAt(random.NextInt(sizes.Count));
        switch (random.NextInt(4))
        {
            case 0:
                sizes.Remove(path);
                break;
            case 1:
                sizes.Add(NewPath(random, number), 0);
                break;
            default:
                sizes[path]++;
                break;
        }
    }
}
