using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;

namespace Cairn.Tests.Operations.Backup;

public class BackupMonitorTests
{
    [Fact]
    public void Pieces_of_a_large_file_move_the_display_and_count_once()
    {
        var monitor = new BackupMonitor();
        var entry = new Entry
        {
            Name = "x"u8.ToArray(), Kind = EntryKind.File, Owner = new Owner(0, 0, "root", "root"), Mode = 0x1a4,
        };
        var file = new PendingFile(entry, EngineThreads.Default);
        monitor.ShowPart(file, 1000);
        monitor.ShowPart(file, 500);
        Assert.Equal((0, 1500), (monitor.Sample().Files, monitor.Sample().Bytes));
        Assert.Equal(0, monitor.ToStatistics().Bytes);

        monitor.EndPart(file);
        monitor.AddNew(1500);
        Assert.Equal((1, 1500), (monitor.Sample().Files, monitor.Sample().Bytes));
    }

    [Fact]
    public async Task A_run_ends_with_the_bytes_of_its_files()
    {
        await using var world = await BackupWorld.CreateAsync();
        world.AddSomeFiles(files: 3);
        world.Source.File("large", world.Random.Bytes(3_000_000));
        var monitor = new BackupMonitor();
        var result = await world.BackupAsync(monitor: monitor);
        Assert.Equal(result.Statistics.Bytes, monitor.Sample().Bytes);
    }
}
