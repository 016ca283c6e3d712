using System.Diagnostics;
using System.Text;
using Cairn.App.Configuration;
using Cairn.App.Jobs;
using Cairn.App.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;
using Cairn.Testing;

namespace Cairn.Tests.App;

/// <summary>Pickers and snapshotters as real programs.</summary>
public sealed class JobProgramTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_picker_that_fails_is_reported_and_the_others_go_on()
    {
        var picked = await PickAsync(
            Script("1", "echo /etc; exit 3"), Script("2", "echo /etc/passwd; echo; echo relative; echo /no/such"),
            "/no/picker", Script("4", "printf '/usr\\0/etc/group\\0'"), Script("5", "printf '/etc/../usr'"));

        Assert.Equal(["/etc/passwd", "/usr", "/etc/group", "/usr"], picked.Paths.Select(ByteText.Show));
        Assert.Equal(
            [
                (true, "the picker failed with status 3, so its paths are missing"),
                (true, "the picker printed a path that is not absolute: relative"),
                (false, "was picked, and is not there"),
                (true, "the picker cannot be run: there is no /no/picker, so its paths are missing"),
            ],
            picked.Problems.Select(problem => (problem.IsError, problem.Message)));
    }

    [Fact]
    public async Task A_name_with_a_newline_or_any_byte_can_be_picked_with_NUL()
    {
        var path = Path.Combine(_folder.Path, "a\nb");
        File.WriteAllText(path, "");
        Run($"printf x > \"$(printf '{_folder.Path}/\\200')\"");
        var picked = await PickAsync(Script("p", $"printf '%s\\0' '{path}' \"$(printf '{_folder.Path}/\\200')\""));
        Assert.Empty(picked.Problems);
        Assert.Equal(
            [Encoding.UTF8.GetBytes(path), [.. Encoding.UTF8.GetBytes(_folder.Path), (byte)'/', 0x80]],
            picked.Paths.Select(one => one.ToArray()));
    }

    [Fact]
    public async Task A_picker_that_hangs_or_prints_without_end_is_ended()
    {
        var job = Job([Script("1", "sleep 1000"), Script("2", "yes /etc"), Script("3", "echo /etc")]) with
        {
            PickerTimeout = TimeSpan.FromSeconds(20),
        };
        var hanging = await Pickers.RunAsync(
            job with { Pickers = [job.Pickers[0]], PickerTimeout = TimeSpan.FromSeconds(0.2) },
            TestContext.Current.CancellationToken);
        Assert.Contains("was not done after 0.2 s", Assert.Single(hanging.Problems).Message);
        var endless = await Pickers.RunAsync(
            job with { Pickers = [job.Pickers[1], job.Pickers[2]] }, TestContext.Current.CancellationToken);
        Assert.Contains("printed more than 16 MiB", Assert.Single(endless.Problems).Message);
        Assert.Single(endless.Paths);
    }

    [Fact]
    public void A_snapshotter_gives_content_description_and_command()
    {
        using var stream = Open(Script(
            "shop", "[ \"$1\" = 3 ] || exit 9\necho 'The shop'; echo ' at noon '\n"
            + "echo '::restore-through:: psql -d shop'\n"
            + "echo '::restore-through:: echo done'\nhead -c 300000 /dev/zero >&$1"));
        Assert.Equal(("shop", false), (stream.Name, stream.IsRequired));
        Assert.Equal(300_000, ReadAll(stream));
        stream.RequireSuccess();
        Assert.Equal("The shop\n at noon", stream.Description);
        Assert.Equal("psql -d shop\necho done", stream.RestoreThrough);
    }

    [Theory]
    [InlineData("echo x >&3; exit 5", "failed with status 5")]
    [InlineData("echo only described", "wrote nothing to the descriptor")]
    [InlineData("echo x >&3; kill -9 $$", "failed with status 137")]
    [InlineData(
        "echo x >&3; printf '::restore-through:: '; head -c 70000 /dev/zero | tr '\\0' x", "more than 65535 bytes")]
    public void A_snapshotter_that_fails_says_why(string script, string message)
    {
        using var stream = Open(Script("s", script));
        ReadAll(stream);
        Assert.Contains(message, Assert.Throws<StreamFailedException>(stream.RequireSuccess).Message);
    }

    [Fact]
    public void A_snapshotter_that_hangs_is_ended_with_what_it_started()
    {
        var job = Job([]) with { SnapshotterTimeout = TimeSpan.FromSeconds(0.5) };
        using var stream = new Snapshotter(
            job, Script("s", "echo x >&3; sleep 1000 >&3"), TestContext.Current.CancellationToken);
        ReadAll(stream);
        var failure = Assert.Throws<StreamFailedException>(stream.RequireSuccess);
        Assert.Contains("was not done after 0.5 s", failure.Message);
    }

    [Fact]
    public void Cancelling_ends_a_snapshotter()
    {
        using var cancellation = new CancellationTokenSource();
        using var stream = new Snapshotter(Job([]), Script("s", "echo x >&3; sleep 1000 >&3"), cancellation.Token);
        Assert.Equal(2, stream.Read(new byte[2]));
        cancellation.Cancel();
        Assert.Equal(0, stream.Read(new byte[2]));
        Assert.ThrowsAny<OperationCanceledException>(stream.RequireSuccess);
    }

    [Fact]
    public void A_description_is_cut_between_characters()
    {
        var output = SnapshotterOutput.Parse(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a😀ä", 2000))));
        Assert.InRange(Encoding.UTF8.GetByteCount(output.Description), 4090, StreamDescription.BytesMax);
        Assert.DoesNotContain('\ufffd', output.Description);
        Assert.Equal(new SnapshotterOutput("", ""), SnapshotterOutput.Parse([]));
    }

    [Fact]
    public void A_folder_means_its_executables()
    {
        Script("b", "");
        Script("a", "");
        Script(".hidden", "");
        File.WriteAllText(Path.Combine(_folder.Path, "README"), "");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "more"));
        Assert.Equal(
            [Path.Combine(_folder.Path, "a"), Path.Combine(_folder.Path, "b"), "/no/such"],
            ExecutableFinder.Find([_folder.Path, "/no/such"]));
    }

    public void Dispose() => _folder.Dispose();

    static JobConfiguration Job(IReadOnlyList<string> pickers) => new() { Name = "j", Pickers = pickers };

    static Task<PickedPaths> PickAsync(params string[] pickers) =>
        Pickers.RunAsync(Job(pickers), TestContext.Current.CancellationToken);

    static Snapshotter Open(string program) => new(Job([]), program, TestContext.Current.CancellationToken);

    static long ReadAll(Snapshotter stream)
    {
        var (total, buffer) = (0L, new byte[10_000]);
        while (stream.Read(buffer) is > 0 and var read)
            total += read;
        return total;
    }

    // Written by another process: one that is forked here meanwhile would hold it open, and the kernel runs no file
    // that is open for writing.
    string Script(string name, string text)
    {
        var path = Path.Combine(_folder.Path, name);
        Run($"cat > '{path}' && chmod +x '{path}'", "#!/bin/sh\n" + text + "\n");
        return path;
    }

    static void Run(string command, string input = "")
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Patience.AwaitExit(process, command);
        Assert.Equal(0, process.ExitCode);
    }
}
