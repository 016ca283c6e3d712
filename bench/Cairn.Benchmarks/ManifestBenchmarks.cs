using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Cairn.Engine.Chunking;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Manifests;
using Cairn.Engine.Packs;
using Cairn.Engine.Primitives;

namespace Cairn.Benchmarks;

/// <summary>A manifest of 100,000 files, a thousand in a directory, with blobs in memory.</summary>
[MemoryDiagnoser]
public class ManifestBenchmarks
{
    const int Directories = 100;
    const int FilesPerDirectory = 1000;

    readonly List<(byte[] Directory, Entry Entry)> _entries = [];
    readonly Blobs _blobs = new();
    ManifestRoot _root;

    [GlobalSetup]
    public void Prepare()
    {
        var owner = new Owner(1000, 1000, "anna", "users");
        for (var directory = 0; directory < Directories; directory++)
        {
            for (var file = 0; file < FilesPerDirectory; file++)
                _entries.Add((Encoding.ASCII.GetBytes($"srv/data/set-{directory:D5}"), new Entry
                {
                    Name = Encoding.ASCII.GetBytes($"file-{file:D4}.txt"), Kind = EntryKind.File, Mode = 0x1A4,
                    Owner = owner, Modified = new FileTime(1_700_000_000 + file, 123_456_789), Size = 5000,
                    Content = new FileContent(
                        [new Extent(5000, new BlobId(SHA256.HashData(BitConverter.GetBytes(_entries.Count))))],
                        ListDepth: 0),
                }));
        }
        _root = Encode();
    }

    [Benchmark]
    public ManifestRoot Encode()
    {
        using var cutter = new PieceCutter(SecretKey.CopyFrom(new byte[32]));
        var builder = new ManifestBuilder(_blobs, cutter);
        foreach (var (directory, entry) in _entries)
            builder.Add(0, directory, entry);
        return builder.Finish();
    }

    [Benchmark]
    public async Task<int> Decode()
    {
        var entries = 0;
        var reader = new ManifestReader(_blobs, _root.Id, _root.Level);
        await foreach (var block in reader.ReadAsync(ManifestRange.Everything, default))
            entries += block.Entries.Length;
        return entries;
    }

    sealed class Blobs : IBlobSink, IBlobSource
    {
        readonly Dictionary<BlobId, byte[]> _blobs = [];

        public BlobId Put(BlobKind kind, ReadOnlySpan<byte> plain)
        {
            var id = new BlobId(SHA256.HashData(plain));
            if (!_blobs.ContainsKey(id))
                _blobs.Add(id, plain.ToArray());
            return id;
        }

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(
            BlobKind kind, BlobId id, CancellationToken cancellationToken) => new(_blobs[id]);
    }
}
