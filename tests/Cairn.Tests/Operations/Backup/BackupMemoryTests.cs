using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Sources;
using Cairn.Testing;
using Cairn.Testing.Stores;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.Backup;

/// <summary>Memory does not grow with directories or streams (INV-8).</summary>
[Collection(Measured.Name)]
public sealed class BackupMemoryTests
{
    const long ManagedBytesMax = 96 << 20;

    [Fact]
    public async Task A_directory_of_200_000_files_takes_bounded_memory_INV_8()
    {
        const int Files = 200_000;
        await using var world = await BackupWorld.CreateAsync();
        var peak = new Peak(world);
        var result = await world.BackupAsync(input: new BackupInput { Files = new HugeDirectory(Files, peak.Look) });
        Assert.Equal(Files, result.Statistics.Files);
        peak.AssertBelow(ManagedBytesMax, buffers: 16);
    }

    [Fact]
    public async Task A_stream_of_2_GiB_takes_bounded_memory_INV_8()
    {
        const long Length = 2L << 30;
        await using var world = await BackupWorld.CreateAsync();
        var store = new HookedStore(world.Test.Store) { DiscardsData = true };
        var block = world.Random.Bytes(1 << 20);
        var random = new SeededRandom(7);
        var peak = new Peak(world);
        var stream = new TestStream("dump", Length, (position, span) =>
        {
            if (position % (64 << 20) < span.Length)
                peak.Look();
            // Every sixteenth MiB is new; the others are known, so that the test takes seconds.
            if ((position >> 20) % 16 == 0)
                random.Fill(span);
            else
                block.AsSpan(0, span.Length).CopyTo(span);
        });
        var result = await world.BackupAsync(store, input: new BackupInput { Streams = [stream] });
        Assert.Equal(Length, result.Statistics.Bytes);
        Assert.True(result.Statistics.PacksStored > 100);
        // The peak has the chunks, the open packs and those on their way.
        peak.AssertBelow(ManagedBytesMax, buffers: 24);
    }

    sealed class Peak(BackupWorld world)
    {
        readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
        long _managed, _buffers;

        public void Look()
        {
            _managed = Math.Max(_managed, GC.GetTotalMemory(forceFullCollection: true) - _before);
            _buffers = Math.Max(_buffers, world.Environment.Buffers.Outstanding);
        }

        public void AssertBelow(long managed, long buffers)
        {
            Assert.InRange(_managed, long.MinValue, managed);
            Assert.InRange(_buffers, 1, buffers);
        }
    }

    /// <summary>Makes its entries as they are asked for.</summary>
    sealed class HugeDirectory(int files, Action look) : IFileSource
    {
        const int BatchEntries = 1000;
        static readonly Owner Nobody = new(0, 0, "", "");

        public IEnumerable<DirectoryBatch> Walk(ISourceProblems problems, CancellationToken cancellationToken)
        {
            for (var start = 0; start < files; start += BatchEntries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (start % 50_000 == 0)
                    look();
                yield return new Batch
                {
                    DirectoryPath = default, IsLast = start + BatchEntries >= files,
                    Entries = [.. Enumerable.Range(start, BatchEntries).Select(number => new Entry
                    {
                        Name = System.Text.Encoding.ASCII.GetBytes($"{number:00000000}"), Kind = EntryKind.File,
                            Owner = Nobody,
                    })],
                };
            }
        }

        sealed class Batch : DirectoryBatch
        {
            public override ISourceFile Open(Entry entry) =>
                throw new InvalidOperationException("empty files are not read");

            public override void Dispose() { }
        }
    }
}
