using Cairn.Engine.Chunking;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Primitives;

namespace Cairn.Tests.Manifests;

static class BuiltManifest
{
    public static PieceCutter Cutter() => new(SecretKey.CopyFrom(Enumerable.Repeat((byte)7, 32).ToArray()));

    public static ManifestRoot Build(IBlobSink sink, IEnumerable<Placed> tree)
    {
        using var cutter = Cutter();
        var builder = new ManifestBuilder(sink, cutter);
        foreach (var placed in tree)
            builder.Add(placed.Class, placed.Directory, placed.Entry);
        return builder.Finish();
    }

    public static ManifestReader Reader(this ManifestRoot root, IBlobSource source) => new(source, root.Id, root.Level);

    public static async Task<List<Placed>> Collect(this IAsyncEnumerable<LeafBlock> blocks)
    {
        var all = new List<Placed>();
        await foreach (var block in blocks)
        {
            foreach (var entry in block.Entries.ToArray())
                all.Add(new Placed(block.Class, block.Path.ToArray(), entry));
        }
        return all;
    }

    /// <summary>A tree of files of one size in directories of a thousand, in order.</summary>
    public static IEnumerable<Placed> Regular(int count)
    {
        var owner = new Owner(1000, 1000, "anna", "users");
        var id = new byte[32];
        for (var d = 0; d < (count + 999) / 1000; d++)
        {
            var directory = System.Text.Encoding.ASCII.GetBytes($"srv/data/set-{d:D5}");
            for (var i = 0; i < Math.Min(1000, count - d * 1000); i++)
            {
                BitConverter.TryWriteBytes(id, (d * 1000L + i) * 0x1E3779B97F4A7C15);
                yield return new Placed(0, directory, new Entry
                {
                    Name = System.Text.Encoding.ASCII.GetBytes($"file-{i:D4}.txt"),
                    Kind = EntryKind.File,
                    Mode = 0x1A4,
                    Owner = owner,
                    Modified = new FileTime(1_700_000_000 + i, 123_456_789),
                    Size = 5000,
                    Content = new FileContent([new Extent(5000, new BlobId(id))], ListDepth: 0),
                    Stamp = new FileStamp(new FileTime(1_700_000_001, 5), (ulong)(d * 1000 + i), 66),
                });
            }
        }
    }
}
