using System.Text;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.State;
using Cairn.Engine.Storage;
using Cairn.Testing;
using Cairn.Testing.Trees;

namespace Cairn.Simulation.Hosts;

/// <summary>A machine of the world that goes on with a store which is not what it was.</summary>
static class DamagedHost
{
    public static async Task<BackupResult> BackUpAsync(
        HostRun run, IObjectStore store, HostCredential credential, IStateFolder state, EngineEnvironment environment,
        SeededRandom random)
    {
        var source = new MemorySource(environment.Time);
        // Of the stock that all hosts share, so that most of it is stored already.
        for (var i = 0; i < 6; i++)
            source.File($"stock{i}", TreeLife.StockOf(random.NextInt(TreeLife.Stock)));
        run.Capture(source);
        using var repository = await RepositoryOpener.OpenWithCredentialAsync(store, credential, environment, default);
        var options = new BackupOptions
        {
            Source = "files", Roots = [Encoding.Latin1.GetBytes("/")], UserName = "someone", Program = "simulation",
            Workers = 1, Tags = [run.Tag], CompressionLevel = 1,
        };
        return await BackupOperation.RunAsync(
            repository, state, new BackupInput { Files = source }, options, new BackupMonitor(), default);
    }
}
