using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Cairn.Engine.Indexing;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Storage.State;

namespace Cairn.Benchmarks;

/// <summary>
/// Look-ups in an index of two million blobs. That of a hundred million is measured by BlobIndexScaleTests.
/// </summary>
public class IndexBenchmarks
{
    const int Packs = 20_000;
    const int RowsPerPack = 100;
    const int LookUps = 100_000;

    readonly string _folder = Directory.CreateTempSubdirectory("cairn-index-").FullName;
    readonly BlobId[] _known = new BlobId[LookUps];
    readonly BlobId[] _unknown = new BlobId[LookUps];
    BlobIndex _index = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _index = BlobIndex.Open(new FileStateFolder(_folder, TimeProvider.System), new Bytes32(new byte[32]));
        _index.Absorb(new ObjectKey("index/all"), [.. Enumerable.Range(0, Packs).Select(Table)]);
        _index.Commit();
        _index.Compact();
        var random = new Random(3);
        for (var i = 0; i < LookUps; i++)
        {
            _known[i] = Id(random.NextInt64(Packs * RowsPerPack));
            _unknown[i] = Id(-1 - random.NextInt64());
        }
    }

    [Benchmark(OperationsPerInvoke = LookUps)]
    public int Hit() => Count(_known);

    [Benchmark(OperationsPerInvoke = LookUps)]
    public int Miss() => Count(_unknown);

    [GlobalCleanup]
    public void CleanUp()
    {
        _index.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    int Count(BlobId[] ids) => ids.Count(id => _index.TryFind(id, out _));

    static BlobId Id(long blob) => new(SHA256.HashData(BitConverter.GetBytes(blob)));

    static PackTable Table(int pack)
    {
        var rows = new PackRow[RowsPerPack];
        for (var row = 0; row < rows.Length; row++)
            rows[row] = new PackRow(
                Id(pack * (long)RowsPerPack + row), BlobKind.Chunk, Codec.Stored, 116, 100, Key: 0, (uint)row,
                Author: 0);
        return new PackTable
        {
            Name = new ObjectHash(SHA256.HashData(BitConverter.GetBytes(pack))), Kind = PackKind.Data,
            PackSize = 300 + RowsPerPack * 116 + 100, BlobsOffset = 300,
            Keys = [new SealedPackKey(1, 0, new byte[80])], Authors = [default], Rows = rows,
        };
    }
}
