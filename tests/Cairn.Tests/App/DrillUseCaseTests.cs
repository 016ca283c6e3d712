using System.Text;
using Cairn.App;
using Cairn.App.Access;
using Cairn.App.Backup;
using Cairn.App.Drill;
using Cairn.App.Init;
using Cairn.Cli;
using Cairn.Cli.Commands;
using Cairn.Testing;
using Cairn.Testing.Time;

namespace Cairn.Tests.App;

/// <summary>Drills on a real repository in a folder, with files on a real disk.</summary>
public sealed class DrillUseCaseTests : IDisposable
{
    const int Files = 60;

    readonly TemporaryFolder _folder = new();
    readonly EagerTime _time = new();
    readonly SeededRandom _random = new(8);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Weekly_drills_restore_every_file_within_the_time_and_leave_nothing_behind()
    {
        await BackUpAsync();
        var restored = new HashSet<string>();
        DrillReport report = null!;
        for (var week = 0; week < 14; week++)
        {
            report = await DrillAsync(request => request with { Keeps = true });
            Assert.Equal(ExitCodes.Ok, DrillCommand.ExitCodeOf(report));
            var files = Directory.GetFiles(report.Kept!, "f*", SearchOption.AllDirectories);
            Assert.Equal(report.Parts.Sum(part => part.Sample.Files), files.Length);
            Assert.InRange(files.Length, 1, Files / 2);
            foreach (var file in files)
            {
                var original = file[file.IndexOf(_folder.Path, Target.Length, StringComparison.Ordinal)..];
                Assert.Equal(File.ReadAllBytes(original), File.ReadAllBytes(file));
                restored.Add(original);
            }
            Directory.Delete(report.Kept!, recursive: true);
            _time.Advance(TimeSpan.FromDays(7));
        }
        Assert.Equal(Files, restored.Count);
        Assert.True(Assert.Single(report.Parts).Coverage.IsWhole);
        Assert.Null((await DrillAsync()).Kept);
        Assert.Empty(Directory.GetFileSystemEntries(Target));
    }

    [Fact]
    public async Task Damage_in_a_pack_of_the_sample_is_found_and_the_files_are_named()
    {
        await BackUpAsync();
        Assert.Equal(ExitCodes.Ok, DrillCommand.ExitCodeOf(await DrillAsync(Everything)));
        var pack = Directory.GetFiles($"{_folder.Path}/repo/packs", "*", SearchOption.AllDirectories)
            .MaxBy(file => new FileInfo(file).Length)!;
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 3] ^= 0x20;
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(pack, bytes);

        var report = await DrillAsync(Everything);

        Assert.Equal(ExitCodes.Damage, DrillCommand.ExitCodeOf(report));
        var finding = Assert.Single(report.Findings);
        Assert.Equal(DrillFindingKind.Damage, finding.Kind);
        Assert.True(File.Exists(Encoding.UTF8.GetString(finding.Path.Span)));
        // All was gone through, and one drill found something.
        Assert.Equal((true, 1), (report.Parts[0].Coverage.IsWhole, report.Parts[0].Coverage.BadDrills));
        Assert.Empty(Directory.GetFileSystemEntries(Target));
    }

    [Fact]
    public async Task A_limit_bounds_what_is_restored_and_the_rest_follows()
    {
        await BackUpAsync();
        var large = $"{_folder.Path}/src/large";
        File.WriteAllBytes(large, _random.Bytes(300_000));
        await BackUpAsync();
        var (files, tooLarge) = (0L, 0L);
        for (var drill = 0; drill < 200; drill++)
        {
            var report = await DrillAsync(request => request with { Share = 1, BytesMax = 100_000 });
            var part = Assert.Single(report.Parts);
            Assert.InRange(part.Sample.Bytes, 0, 100_000);
            files += part.Sample.Files;
            tooLarge += part.Sample.FilesTooLarge;
            if (part.Coverage.IsWhole)
                break;
        }
        Assert.InRange(files, Files, Files * 2);
        Assert.InRange(tooLarge, 1, 2);
    }

    [Fact]
    public async Task An_interrupted_drill_leaves_nothing_and_the_next_begins_where_it_did()
    {
        await BackUpAsync();
        using var stop = new CancellationTokenSource();
        var environment = Environment() with
        {
            Events = new UseCaseEvents
            {
                Started = (what, _) =>
                {
                    if (what.StartsWith("drilling", StringComparison.Ordinal))
                        stop.Cancel();
                },
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => DrillUseCase.RunAsync(environment, Request(), stop.Token));
        Assert.Empty(Directory.GetFileSystemEntries(Target));
        Assert.Equal(1, Assert.Single((await DrillAsync()).Parts).Coverage.Drills);
    }

    [Theory]
    [InlineData(0, ExitCodes.Ok)]
    [InlineData(36_500, ExitCodes.Differences)]
    public async Task A_file_that_is_another_differs_unless_its_time_says_that_it_was_changed_since(
        int daysAhead, int exitCode)
    {
        // The disk's clock is the machine's: ahead of it, a snapshot is younger than any change.
        _time.Advance(TimeSpan.FromDays(daysAhead));
        await BackUpAsync();
        File.AppendAllText($"{_folder.Path}/src/f1", "x");
        File.Delete($"{_folder.Path}/src/f2");
        File.WriteAllText($"{_folder.Path}/src/new", "");

        var report = await DrillAsync(request => request with { Share = 1, AgainstSource = true });

        Assert.Equal(exitCode, DrillCommand.ExitCodeOf(report));
        var isDifference = exitCode != ExitCodes.Ok;
        Assert.Equal(new SourceTally(Files, isDifference ? 0 : 1, Gone: 1), report.Parts[0].Source);
        Assert.Equal(
            isDifference ? [$"{_folder.Path}/src/f1"] : [],
            report.Findings.Select(finding => Encoding.UTF8.GetString(finding.Path.Span)));
    }

    [Fact]
    public void Reports_are_added_line_by_line_and_a_place_that_cannot_be_is_told_before()
    {
        var file = $"{_folder.Path}/reports";
        File.WriteAllText(file, "old");
        DrillReportFile.Open(Environment(), Encoding.UTF8.GetBytes(file)).Append("new\n"u8);
        DrillReportFile.Open(Environment(), Encoding.UTF8.GetBytes(file)).Append("newer\n"u8);
        Assert.Equal("old\nnew\nnewer\n", File.ReadAllText(file));
        Assert.Throws<UsageException>(
            () => DrillReportFile.Open(Environment(), Encoding.UTF8.GetBytes($"{_folder.Path}/none/reports")));
        Assert.Throws<UsageException>(
            () => DrillReportFile.Open(Environment(), Encoding.UTF8.GetBytes(_folder.Path)));
    }

    string Target => $"{_folder.Path}/target";

    static DrillRequest Everything(DrillRequest request) => request with { Share = 1 };

    Task<DrillReport> DrillAsync(Func<DrillRequest, DrillRequest>? change = null) =>
        DrillUseCase.RunAsync(Environment(), change is null ? Request() : change(Request()), Cancellation);

    DrillRequest Request() => new()
    {
        Access = new AccessOptions { Repository = $"{_folder.Path}/repo", RecoveryKeyFile = $"{_folder.Path}/key" },
        Within = TimeSpan.FromDays(90), Target = Encoding.UTF8.GetBytes(Target),
    };

    async Task BackUpAsync()
    {
        var access = new AccessOptions { Repository = $"{_folder.Path}/repo" };
        var source = Directory.CreateDirectory($"{_folder.Path}/src/sub").Parent!.FullName;
        if (!Directory.Exists($"{_folder.Path}/repo"))
        {
            for (var i = 0; i < Files; i++)
                File.WriteAllBytes($"{source}/{(i % 3 == 0 ? "sub/" : "")}f{i}", _random.Bytes(20_000 + i));
            var init = new InitRequest
            {
                Access = access, RecoveryFile = $"{_folder.Path}/key", CanShowRecoveryKey = false,
            };
            using var made = await InitUseCase.RunAsync(Environment(), init, Cancellation);
        }
        _time.Advance(TimeSpan.FromMinutes(1));
        var request = new BackupRequest { Access = access, Paths = [Encoding.UTF8.GetBytes(source)] };
        await BackupUseCase.RunAsync(Environment(), request, Cancellation);
    }

    AppEnvironment Environment() => new()
    {
        Paths = new CairnPaths(
            $"{_folder.Path}/config", $"{_folder.Path}/state", $"{_folder.Path}/cache", $"{_folder.Path}/data"),
        WorkingFolder = Encoding.UTF8.GetBytes(_folder.Path), HostName = "here", UserName = "ada", Program = "tests",
        Time = _time, Workers = 2, Variable = name => name == "CAIRN_PASSPHRASE" ? "secret" : null,
    };
}
