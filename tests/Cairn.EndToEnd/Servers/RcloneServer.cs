using System.Diagnostics;
using Cairn.EndToEnd.Campaigns;
using Cairn.Storage;
using Cairn.Storage.Rclone;

[assembly: Xunit.AssemblyFixture(typeof(Cairn.EndToEnd.Servers.RcloneLocalServer))]
[assembly: Xunit.AssemblyFixture(typeof(Cairn.EndToEnd.Servers.RcloneSftpServer))]
[assembly: Xunit.AssemblyFixture(typeof(Cairn.EndToEnd.Servers.RcloneWebDavServer))]

namespace Cairn.EndToEnd.Servers;

/// <summary>
/// A remote in a configuration of rclone's of its own, with the server behind it, started when the first test asks for
/// it and stopped at the end.
/// </summary>
public abstract class RcloneServer : IAsyncDisposable
{
    const string Remote = "remote";

    readonly Lazy<Task> _started;
    readonly Testing.TemporaryFolder _folder = new();
    string? _failure;
    int _places;

    protected RcloneServer() => _started = new Lazy<Task>(StartOrRememberAsync);

    public abstract string Name { get; }

    protected string Folder => Path.Combine(_folder.Path, "server");

    public string Configuration => Path.Combine(_folder.Path, "rclone.conf");

    /// <summary>Where repositories may lie in the remote.</summary>
    protected abstract string Root { get; }

    /// <summary>A new place, <c>REMOTE:PATH</c>. Skips the test if there is no server and none is required.</summary>
    public async Task<string> NewPlaceAsync()
    {
        await _started.Value;
        if (_failure is not null)
            ServerScript.SkipUnlessRequired(Name, _failure);
        return $"{Remote}:{Root}some/where {Interlocked.Increment(ref _places)}";
    }

    /// <summary>One attempt a call.</summary>
    public RcloneStore Open(string place)
    {
        var options = new StoreOptions
        {
            Time = TimeProvider.System, Variable = name => name == "RCLONE_CONFIG" ? Configuration : null,
        };
        return new RcloneStore(RcloneLocation.Parse($"rclone:{place}"), $"rclone:{place}", options);
    }

    /// <summary>rclone by hand: for arranging.</summary>
    public void Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("rclone", arguments);
        start.Environment["RCLONE_CONFIG"] = Configuration;
        Programs.Run(start);
    }

    /// <summary>Processes of rclone that Cairn started with this configuration, apart from servers.</summary>
    internal IReadOnlyList<int> FindProcesses(CairnHome home)
    {
        var found = new List<int>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(name => char.IsAsciiDigit(name[6])))
        {
            try
            {
                if (File.ReadAllText($"{folder}/cmdline").StartsWith("rclone\0rcd", StringComparison.Ordinal)
                    && File.ReadAllText($"{folder}/environ").Contains(
                        $"XDG_STATE_HOME={home.Folder}/", StringComparison.Ordinal))
                    found.Add(int.Parse(folder[6..]));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is somebody else's.
            }
        }
        return found;
    }

    internal async Task<CairnHome> CreateHomeAsync()
    {
        var home = new CairnHome { Repository = $"rclone:{await NewPlaceAsync()}" };
        home.Variables["RCLONE_CONFIG"] = Configuration;
        return home;
    }

    /// <summary>What stands in the configuration about the remote.</summary>
    protected abstract Task<string> StartAsync();

    protected virtual Task StopAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated && _failure is null)
            await StopAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    async Task StartOrRememberAsync()
    {
        try
        {
            await File.WriteAllTextAsync(Configuration, $"[{Remote}]\n{await StartAsync()}\n");
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            _failure = e.Message;
        }
    }
}

/// <summary>A folder, as rclone sees it.</summary>
public sealed class RcloneLocalServer : RcloneServer
{
    public override string Name => "rclone";

    protected override string Root => $"{Folder}/";

    // It needs no server, but rclone.
    protected override async Task<string> StartAsync()
    {
        await ServerScript.RunAsync("webdav", "install");
        return "type = local";
    }
}

public sealed class RcloneSftpServer : RcloneServer
{
    public override string Name => "SFTP";

    protected override string Root => $"{Folder}/data/";

    protected override Task<string> StartAsync() => ServerScript.RunAsync("sftp", "start", Folder);

    protected override Task StopAsync() => ServerScript.RunAsync("sftp", "stop", Folder);
}

public sealed class RcloneWebDavServer : RcloneServer
{
    public override string Name => "WebDAV";

    protected override string Root => "";

    protected override Task<string> StartAsync() => ServerScript.RunAsync("webdav", "start", Folder);

    protected override Task StopAsync() => ServerScript.RunAsync("webdav", "stop", Folder);
}
