using System.Globalization;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;
using Cairn.Storage.State;

namespace Cairn.Tests.Indexing;

/// <summary>How much of real index files is resident, by what the kernel says of their maps.</summary>
public sealed class BlobIndexMemoryTests : IDisposable
{
    const int Rows = 400_000;
    const int RowsPerPack = 2_000;
    const int PacksPerSegment = 100;
    const int Segments = Rows / RowsPerPack / PacksPerSegment;
    const long SegmentBytes = RowsPerPack * PacksPerSegment * (32 + 24 + 16);

    // Of each input, and what the kernel maps around a fault.
    const long MergeMax = Segments * (5 << 20);

    // Rows and ids.
    const long PassMax = 18 << 20;

    readonly string _path = Directory.CreateTempSubdirectory("cairn-index-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public void A_merge_holds_only_some_of_what_it_reads_and_a_pass_only_some_of_what_it_passed()
    {
        var samples = new List<long>();
        var folder = new SampledFolder(new FileStateFolder(_path, TimeProvider.System), () => samples.Add(Resident()));
        using var index = BlobIndex.Open(
            folder, TestPacks.Repository, new BlobIndexOptions(RowsInMemoryMax: RowsPerPack * PacksPerSegment));
        for (var first = 0; first < Rows / RowsPerPack; first += PacksPerSegment)
            index.Absorb(TestPacks.ObjectOf(first), MakeTables(first));
        Assert.Equal(Segments, index.SegmentCount);

        // All of it is there before, and the pages that the merge reads are found intact again.
        Pass(index, evicts: false);
        Assert.InRange(Resident(), Rows * (32 + 24), long.MaxValue);
        index.Evict();
        Assert.InRange(Resident(), 0, 1 << 20);

        samples.Clear();
        index.Compact();
        Assert.InRange(samples.Count, 10, int.MaxValue);
        Assert.InRange(samples.Max(), 1, MergeMax);
        Assert.InRange(Resident(), 0, SegmentBytes / 4);

        Assert.InRange(Pass(index, evicts: true), 1, PassMax);
        Assert.InRange(Pass(index, evicts: false), Rows * (32 + 24), long.MaxValue);
        index.Verify(TestContext.Current.CancellationToken);
        index.Evict();
        Assert.True(index.TryFind(TestPacks.IdOf(7), out var place));
        Assert.Equal(TestPacks.IdOf(7), index.GetRow(place.Pack, place.Row).Id);
    }

    /// <summary>Looks at each row, and returns how much was resident at most.</summary>
    long Pass(BlobIndex index, bool evicts)
    {
        var pass = new IndexPass(index);
        var (most, packs) = (0L, 0);
        foreach (var pack in index.EnumeratePacks())
        {
            var rows = index.GetRowCount(pack);
            for (var row = 0; row < rows; row++)
                index.GetRow(pack, row);
            if (++packs % 10 == 0)
                most = Math.Max(most, Resident());
            if (evicts)
                pass.Passed(rows);
        }
        Assert.Equal(Rows / RowsPerPack, packs);
        return most;
    }

    static PackTable[] MakeTables(int first) =>
    [
        .. Enumerable.Range(first, PacksPerSegment).Select(pack => TestPacks.Make(
            pack, [.. Enumerable.Range(0, RowsPerPack).Select(row => (long)pack * RowsPerPack + row)])),
    ];

    /// <summary>Of all maps of files in the folder, deleted ones too.</summary>
    long Resident()
    {
        var (sum, isOurs) = (0L, false);
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line[0] is >= '0' and <= '9' or >= 'a' and <= 'f')
                isOurs = line.Contains(_path, StringComparison.Ordinal);
            else if (isOurs && line.StartsWith("Rss:", StringComparison.Ordinal))
                sum += long.Parse(line["Rss:".Length..^2].Trim(), CultureInfo.InvariantCulture) << 10;
        }
        return sum;
    }

    sealed class SampledFolder(IStateFolder inner, Action sample) : IStateFolder
    {
        public IReadOnlyList<string> List() => inner.List();
        public IMappedFile? TryOpen(string name) => inner.TryOpen(name);
        public IStateWriter Create(string name) => new Writer(inner.Create(name), sample);
        public void Delete(string name) => inner.Delete(name);

        sealed class Writer(IStateWriter writer, Action sample) : IStateWriter
        {
            const long SampledEach = 1 << 20;

            public long Position => writer.Position;

            public void Write(ReadOnlySpan<byte> bytes)
            {
                if (writer.Position % SampledEach == 0)
                    sample();
                writer.Write(bytes);
            }

            public void Commit() => writer.Commit();
            public void Dispose() => writer.Dispose();
        }
    }
}
