using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Cairn.App.Backup;
using Cairn.App.Monitoring;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Snapshots;
using Cairn.Testing;
using Cairn.Testing.Time;

namespace Cairn.Tests.App;

public sealed class MonitoringTests
{
    static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_run_calls_at_its_start_and_its_end()
    {
        using var server = new PingServer();
        foreach (var code in new[] { 0, 1, 3 })
        {
            using var run = await StartAsync(server.Address, out var warnings);
            await run.FinishAsync("s", code, backup: null);
            Assert.Empty(warnings);
        }
        Assert.Equal(
            ["/abc/start?k=1", "/abc?k=1", "/abc/start?k=1", "/abc/fail?k=1", "/abc/start?k=1", "/abc/fail?k=1"],
            server.Requests);
    }

    [Fact]
    public async Task A_call_that_fails_is_a_warning_without_the_address()
    {
        using var server = new PingServer { Status = 404 };
        using (var run = await StartAsync(server.Address, out var warnings))
        {
            await run.FinishAsync("s", 0, backup: null);
            Assert.Equal(2, warnings.Count);
            Assert.All(warnings, warning => Assert.Contains("answered 404", warning, StringComparison.Ordinal));
            Assert.All(warnings, warning => Assert.DoesNotContain("abc", warning, StringComparison.Ordinal));
        }
        server.Dispose();
        using (var run = await StartAsync(server.Address, out var warnings))
            Assert.Contains("ConnectionError", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_in_trouble_is_asked_again()
    {
        using var server = new PingServer { Status = 503 };
        using var ping = new HealthPing(server.Address, Short * 20);
        Assert.Contains("answered 503", await ping.SucceedAsync(), StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count);
        server.Status = 200;
        Assert.Null(await ping.SucceedAsync());
    }

    [Fact]
    public async Task A_server_that_is_silent_does_not_hold_the_run_up()
    {
        using var server = new PingServer { IsSilent = true };
        using var ping = new HealthPing(server.Address, Short / 10);
        Assert.Contains("did not answer", await ping.StartAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_keep_what_other_sources_wrote_and_the_time_of_the_last_success()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "cairn.prom");
        File.WriteAllText(path, "not ours 1\ncairn_backup_files{source=\"old\"} 7\n");
        var file = new MetricsFile(path);
        var start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        await file.WriteAsync(BackupMetrics.Of(Outcome("a\"b\\", exitCode: 0), start), TimeProvider.System);
        await file.WriteAsync(
            BackupMetrics.Of(Outcome("a\"b\\", exitCode: 14) with { Backup = null }, start.AddHours(1)),
            TimeProvider.System);
        await file.WriteAsync(BackupMetrics.Of(Outcome("c", exitCode: 3), start.AddHours(2)), TimeProvider.System);

        var lines = File.ReadAllLines(path);
        Assert.Contains("cairn_backup_last_success_timestamp_seconds{source=\"a\\\"b\\\\\"} 1700000000", lines);
        Assert.Contains("cairn_backup_last_run_timestamp_seconds{source=\"a\\\"b\\\\\"} 1700003600", lines);
        Assert.Contains("cairn_backup_exit_code{source=\"a\\\"b\\\\\"} 14", lines);
        Assert.Contains("cairn_backup_exit_code{source=\"c\"} 3", lines);
        Assert.Contains("cairn_backup_files{source=\"old\"} 7", lines);
        Assert.Contains("cairn_backup_files{source=\"c\"} 3", lines);
        Assert.DoesNotContain("not ours 1", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("cairn_backup_last_success") && line.Contains("\"c\""));
        // The format: each metric is described once, before its samples.
        Assert.Equal(lines.Count(line => line.StartsWith("# HELP")), lines.Count(line => line.StartsWith("# TYPE")));
        Assert.Equal(lines.Where(line => line[0] == '#').Distinct().Count(), lines.Count(line => line[0] == '#'));
        Assert.Equal(["cairn.prom"], Directory.GetFiles(folder.Path).Select(Path.GetFileName)
            .Where(name => !name!.EndsWith(".lock", StringComparison.Ordinal)));
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead));
    }

    [Fact]
    public async Task Jobs_that_end_at_once_lose_nothing_of_each_other()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "cairn.prom");
        await Parallel.ForAsync(0, 20, TestContext.Current.CancellationToken, async (i, _) =>
            await new MetricsFile(path).WriteAsync(
                BackupMetrics.Of(Outcome($"job{i}", exitCode: 0), DateTimeOffset.UnixEpoch), TimeProvider.System));
        Assert.Equal(20, File.ReadAllLines(path).Count(line => line.StartsWith("cairn_backup_files{")));
    }

    [Fact]
    public async Task Metrics_that_cannot_be_written_are_a_warning()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        using var run = await StartAsync(folder.Path, "metrics-file: /nowhere/at/all.prom\n", warnings);
        await run.FinishAsync("s", 0, backup: null);
        Assert.StartsWith("the metrics could not be written", Assert.Single(warnings), StringComparison.Ordinal);
    }

    static Task<RunMonitoring> StartAsync(Uri address, out List<string> warnings)
    {
        warnings = [];
        return StartInAsync(address, warnings);
    }

    static async Task<RunMonitoring> StartInAsync(Uri address, List<string> warnings)
    {
        using var folder = new TemporaryFolder();
        return await StartAsync(folder.Path, $"ping: {address}\n", warnings);
    }

    static Task<RunMonitoring> StartAsync(string folder, string configuration, List<string> warnings)
    {
        var environment = TestEnvironment.In(folder);
        Directory.CreateDirectory(environment.Paths.ConfigurationFolder);
        File.WriteAllText(environment.Paths.ConfigurationFile, configuration);
        return RunMonitoring.StartAsync(environment, warnings.Add);
    }

    static RunOutcome Outcome(string source, int exitCode) => new(
        source, exitCode, TimeSpan.FromSeconds(2.5),
        new BackupReport("/srv", source, IsDryRun: false, new BackupResult(
            Snapshot: null, new SnapshotStatistics { Files = 3 }, [], ProblemCount: 0, IsPartial: false,
            TimeSpan.FromSeconds(2))));

    /// <summary>As much of an HTTP server on the loopback as a ping needs.</summary>
    sealed class PingServer : IDisposable
    {
        readonly TcpListener _listener = new(IPAddress.Loopback, port: 0);
        readonly ConcurrentQueue<string> _requests = new();

        public PingServer()
        {
            _listener.Start();
            _ = ServeAsync();
        }

        public int Status { get; set; } = 200;
        public bool IsSilent { get; init; }
        public IReadOnlyCollection<string> Requests => _requests;
        public Uri Address => new($"http://127.0.0.1:{_port ??= ((IPEndPoint)_listener.LocalEndpoint).Port}/abc/?k=1");

        int? _port;

        public void Dispose()
        {
            _ = Address;
            _listener.Stop();
        }

        async Task ServeAsync()
        {
            try
            {
                while (true)
                    _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Stopped.
            }
        }

        async Task AnswerAsync(TcpClient client)
        {
            using (client)
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
                if (await reader.ReadLineAsync() is not { } request)
                    return;
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }
                _requests.Enqueue(request.Split(' ')[1]);
                if (IsSilent)
                {
                    await reader.ReadLineAsync();
                    return;
                }
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {Status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            }
        }
    }
}
