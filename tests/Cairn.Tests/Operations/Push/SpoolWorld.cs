using Cairn.Engine.Formats;
using Cairn.Engine.Operations;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Push;
using Cairn.Engine.Repositories;
using Cairn.Engine.State;
using Cairn.Engine.Storage;
using Cairn.Storage.Spool;
using Cairn.Testing.Repositories;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Operations.Push;

/// <summary>A <see cref="BackupWorld"/> whose backups go into a spool in memory.</summary>
sealed class SpoolWorld : IAsyncDisposable
{
    SpoolWorld(BackupWorld world) => World = world;

    public BackupWorld World { get; }
    public MemoryStore Known { get; } = new(location: "known");
    public MemoryStore Hot { get; } = new(location: "hot");
    public MemoryStore Data { get; } = new(location: "data");
    public SpoolParts Parts => new(Known, Hot, Data);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The spool knows the repository: all that ever needs it.</summary>
    public static async Task<SpoolWorld> CreateAsync(ulong seed = 1)
    {
        var spool = new SpoolWorld(await BackupWorld.CreateAsync(seed));
        using var repository = await spool.World.Test.OpenAsHostAsync();
        await new KnownMirror(repository.Store, spool.Known).RefreshAsync(repository.RequireHost().Id, Token);
        return spool;
    }

    /// <summary>Nothing of it reaches the repository.</summary>
    public async Task<SortedDictionary<string, Expected>> BackupAsync(
        Func<IObjectStore, IObjectStore>? wrap = null, IStateFolder? state = null, long? sizeMax = null,
        Func<string, IDisposable>? wait = null, BackupOptions? options = null)
    {
        var parts = Wrapped(wrap);
        var room = new SpoolRoom(parts, new SpoolRoomOptions
        {
            SizeMax = sizeMax, Time = TimeProvider.System,
            Wait = wait ?? (why => throw new InvalidOperationException(why)),
        });
        var store = new SpoolStore(parts, room, "spool");
        var tree = World.Capture();
        using (var repository = await OpenAsync(store))
            await SpoolSweep.RunAsync(repository, parts, state ?? World.State, Token);
        var result = await World.BackupAsync(
            store, state, options: (options ?? BackupWorld.Options) with { IsSpooled = true });
        Assert.Null(result.Snapshot);
        Assert.NotNull(result.Spooled);
        World.Wait();
        return tree;
    }

    public async Task<PushResult> PushAsync(
        Func<IObjectStore, IObjectStore>? wrap = null, PushOptions? options = null)
    {
        using var repository = await OpenAsync(wrap?.Invoke(World.Test.Store) ?? World.Test.Store);
        return await PushOperation.RunAsync(
            repository, Wrapped(wrap), World.State,
            options ?? new PushOptions { TryHoldBackups = () => new MemoryStream() },
            new WorkMonitor("pushing"), Token);
    }

    /// <summary>Names in the spool of what waits to be pushed.</summary>
    public async Task<List<string>> NamesAsync(string prefix)
    {
        var names = new List<string>();
        foreach (var part in (MemoryStore[])[Hot, Data])
        {
            await foreach (var info in part.ListAsync(prefix, Token))
                names.Add(info.Name);
        }
        return names;
    }

    public async Task AssertEmptyAsync()
    {
        Assert.Empty(await NamesAsync("sessions/"));
        Assert.Empty(await NamesAsync("packs/"));
        Assert.Empty(await NamesAsync("index/"));
        Assert.Empty(await NamesAsync("sent/"));
        Assert.Empty(await NamesAsync(ObjectNames.Ledgers));
    }

    public ValueTask DisposeAsync() => World.DisposeAsync();

    Task<Repository> OpenAsync(IObjectStore store) => RepositoryOpener.OpenWithCredentialAsync(
        store, World.Test.Init.Credential, World.Environment, Token);

    SpoolParts Wrapped(Func<IObjectStore, IObjectStore>? wrap) =>
        wrap is null ? Parts : new SpoolParts(wrap(Known), wrap(Hot), wrap(Data));
}
