using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Storage.Rclone;
using Cairn.Testing.Stores;

namespace Cairn.EndToEnd.Servers;

/// <summary>The contract, over a new place in a remote for each test; each client has an rclone of its own.</summary>
public abstract class RcloneConformance(RcloneServer server) : ObjectStoreConformance
{
    readonly List<Task> _pending = [];
    string? _place;
    RcloneStore? _second;
    int _arranged;

    protected override IObjectStore SecondClient => _second!;

    protected virtual bool ListsWhatWasWritten => true;

    protected override int ManyObjects => 320;

    protected override async ValueTask<IObjectStore> CreateAsync()
    {
        _place = await server.NewPlaceAsync();
        _second = server.Open(_place);
        // Servers behind remotes stumble (an SFTP server when two make one folder); what that means for a run is told
        // by the kind of the failure: whether another try can help.
        return new RetryingStore(
            server.Open(_place), new RetryOptions { Patience = TimeSpan.FromSeconds(20) }, TimeProvider.System,
            Random.Shared.NextDouble);
    }

    protected override bool PlantForeign(string name, byte[] content)
    {
        using var tree = new Testing.TemporaryFolder();
        var file = Path.Combine(tree.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
        server.Run("copy", tree.Path, _place!);
        return true;
    }

    // Hundreds of objects one after the other would take long.
    protected override async Task ArrangeAsync(string key, byte[] content)
    {
        if (!key.StartsWith("many/", StringComparison.Ordinal))
        {
            await base.ArrangeAsync(key, content);
            return;
        }
        _pending.Add(base.ArrangeAsync(key, content));
        _arranged++;
        if (_pending.Count < 16 && _arranged < ManyObjects)
            return;
        await Task.WhenAll(_pending);
        _pending.Clear();
    }

    [Fact]
    public async Task It_says_what_a_remote_does_not_promise()
    {
        await PutAsync("a/b", Ten);
        Assert.Equal(ListsWhatWasWritten, Store.Capabilities.ListsWhatWasWritten);
        Assert.False(Store.Capabilities.DecidesRaces);
        Assert.False(Store.Capabilities.SurvivesPowerCuts);
        Assert.False(Store.Capabilities.CanLock);
    }

    [Fact]
    public async Task What_a_killed_upload_left_is_no_object_and_is_not_listed()
    {
        await PutAsync("a/b", Ten);
        PlantForeign("~uploads/~0123456789abcdef0123456789abcdef.tmp", [1, 2, 3]);
        Assert.Equal(["a/b"], await NamesAsync(""));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_second is not null)
            await _second.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class RcloneLocalConformanceTests(RcloneLocalServer server) : RcloneConformance(server);

public sealed class RcloneSftpConformanceTests(RcloneSftpServer server) : RcloneConformance(server);

/// <summary>Its server breaks listings off when a name vanishes.</summary>
public sealed class RcloneWebDavConformanceTests(RcloneWebDavServer server) : RcloneConformance(server)
{
    protected override bool ListsWhatWasWritten => false;
}
