using System.Security.Cryptography;
using Cairn.EndToEnd.Campaigns;

namespace Cairn.EndToEnd;

/// <summary>
/// System calls of the real program fail (strace --inject): what was backed up before restores, the exit code is the
/// documented one, the message names what failed and is no stack trace, and a rerun succeeds. An interrupted call is
/// no failure at all. A smoke test: each call in turn fails in Cairn.Tests, for strace counts calls by thread.
/// </summary>
public sealed class SystemCallFaultTests(SystemCallFaultTests.Machine machine)
    : IClassFixture<SystemCallFaultTests.Machine>
{
    const string Everywhere = "";
    const string InRepository = "REPOSITORY";
    const string AtDescriptor = "REPOSITORY/cairn.json";
    const string AtTarget = "TARGET/kept";

    // Where a row names no path, only the store makes these calls, or local state where it says so.
    [Theory]
    [InlineData("writev:error=ENOSPC", Everywhere, 14, "packs/")]
    [InlineData("writev:error=EIO:when=2+", Everywhere, 14, "was not stored")]
    [InlineData("fsync:error=EIO", Everywhere, 14, "packs/")]
    [InlineData("renameat2:error=EIO", Everywhere, 14, "packs/")]
    [InlineData("?mkdir,mkdirat:error=ENOSPC", InRepository, 14, "was not stored")]
    [InlineData("openat:error=EIO", AtDescriptor, 14, "cairn.json")]
    [InlineData("openat:error=EACCES", InRepository, 14, "cairn.json")]
    [InlineData("getdents64:error=EIO", InRepository, 14, "was not listed")]
    [InlineData("pwrite64:error=ENOSPC", Everywhere, 1, "/STATE/cairn/")]
    public void A_backup_says_what_failed_and_its_rerun_succeeds_INV_1_INV_6(
        string fault, string where, int exit, string named)
    {
        machine.Grow();
        AssertSays(machine.RunWith([fault], where, "backup", machine.Home.Source), exit, named);
        machine.AssertKept();
        machine.Home.Run("backup", machine.Home.Source).RequireExit(0);
        machine.AssertCurrent();
    }

    [Theory]
    [InlineData(
        "writev:error=EINTR:when=1+2 fsync:error=EINTR:when=1+2 renameat2:error=EINTR:when=1 "
        + "pwrite64:error=EINTR:when=1+2", Everywhere)]
    [InlineData(
        "openat:error=EINTR:when=1+2 pread64:error=EINTR:when=1+2 getdents64:error=EINTR:when=1", InRepository)]
    public void Nobody_notices_an_interrupted_call(string faults, string where)
    {
        machine.Grow();
        var usual = machine.Home.Run("backup", "--dry-run", machine.Home.Source).RequireExit(0);
        var result = machine.RunWith(faults.Split(' '), where, "backup", machine.Home.Source).RequireExit(0);
        Assert.Equal(usual.Errors.Split('\n').Length, result.Errors.Split('\n').Length);
        machine.AssertCurrent();
    }

    [Fact]
    public void A_file_system_that_cannot_rename_without_replacing_is_written_to_by_links()
    {
        const string lacking = "renameat2:error=EINVAL";
        machine.Grow();
        AssertSays(
            machine.RunWith([lacking, "?link,linkat:error=ENOSPC"], Everywhere, "backup",
                machine.Home.Source), exit: 14, "packs/");
        machine.AssertKept();
        machine.RunWith([lacking], Everywhere, "backup", machine.Home.Source).RequireExit(0);
        machine.AssertCurrent();
    }

    [Theory]
    [InlineData("write:error=ENOSPC", AtTarget, 1, "kept")]
    [InlineData("write:error=EIO", AtTarget, 1, "cairn: kept: cannot")]
    [InlineData("pread64:error=EIO", InRepository, 14, "cairn.json")]
    [InlineData("write:error=EINTR:when=1+2", AtTarget, 0, "")]
    [InlineData("pread64:error=EINTR:when=1+2", InRepository, 0, "")]
    public void A_restore_says_what_failed_and_goes_on_when_it_is_run_again(
        string fault, string where, int exit, string named)
    {
        Directory.CreateDirectory(machine.Target);
        var run = (string[])["restore", $"{machine.First}:{machine.Home.Source}", "--target", machine.Target];
        AssertSays(machine.RunWith([fault], where, run), exit, named);
        machine.Home.Run([.. run, "--overwrite"]).RequireExit(0);
        // The target itself was there before, and keeps its own time.
        var differences = Rsync.Differences(machine.FirstCopy, machine.Target);
        Assert.Equal("", differences.Replace(".d..t...... ./\n", "", StringComparison.Ordinal));
        Directory.Delete(machine.Target, recursive: true);
    }

    [Theory]
    [InlineData("writev:error=ENOSPC", Everywhere, "keys/")]
    [InlineData("renameat2:error=ENOSPC", AtDescriptor, "cairn.json")]
    public void An_init_that_failed_is_simply_run_again(string fault, string where, string named)
    {
        using var home = new CairnHome();
        var run = (string[])["init", "--recovery-file", Path.Combine(home.Folder, "recovery")];
        AssertSays(Strace.Run(home, [fault], [.. PathsOf(where, home.Repository, target: "")], run), exit: 14, named);
        home.Run(run).RequireExit(0);
        home.Run("check", "--recovery-key-file", Path.Combine(home.Folder, "recovery")).RequireExit(0);
    }

    [Fact]
    public void A_key_change_that_failed_changes_nothing_and_its_rerun_succeeds()
    {
        var file = Path.Combine(machine.Home.Folder, "new recovery");
        var run = (string[])["key", "recovery", "--recovery-file", file];
        AssertSays(machine.RunWith(["fsync:error=EIO"], InRepository, run), exit: 14, "keys/");
        Assert.False(File.Exists(file));
        machine.Home.Run(run).RequireExit(0);
        machine.Home.Run("check", "--recovery-key-file", file).RequireExit(0);
    }

    static void AssertSays(CairnResult result, int exit, string named)
    {
        result.RequireExit(exit);
        Assert.Contains(named, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", result.Errors, StringComparison.Ordinal);
    }

    // strace compares whole paths: of a repository all that is there.
    static IEnumerable<string> PathsOf(string where, string repository, string target) => where switch
    {
        Everywhere => [],
        InRepository => Directory.EnumerateFileSystemEntries(repository, "*", SearchOption.AllDirectories)
            .Prepend(repository),
        // Written under a temporary name, which is the same every time.
        AtTarget => [Path.Combine(
            target, $".cairn-restore-{Convert.ToHexStringLower(SHA256.HashData("kept"u8))[..16]}")],
        _ => [where.Replace("REPOSITORY", repository)],
    };

    /// <summary>A repository with one snapshot that must survive everything.</summary>
    public sealed class Machine : IDisposable
    {
        int _generation;

        public Machine()
        {
            Home.Init();
            File.WriteAllText(Path.Combine(Home.Source, "kept"), Noise.Text(seed: 1, words: 2000));
            Noise.WriteFile(Path.Combine(Home.Source, "noise"), seed: 1, 100_000);
            Home.Run("backup", Home.Source).RequireExit(0);
            Programs.CopyTree(Home.Source, FirstCopy);
            First = Home.Run("snapshots", "--json").RequireExit(0).Output.Split("\"id\":\"")[1][..16];
        }

        internal CairnHome Home { get; } = new();
        internal string First { get; }
        internal string FirstCopy => Path.Combine(Home.Folder, "first");
        internal string Target => Path.Combine(Home.Folder, "target");

        internal void Grow()
        {
            _generation++;
            Noise.WriteFile(Path.Combine(Home.Source, $"noise {_generation}"), _generation + 1, 50_000);
        }

        internal CairnResult RunWith(string[] faults, string where, params string[] arguments) =>
            Strace.Run(Home, faults, [.. PathsOf(where, Home.Repository, Target)], arguments);

        internal void AssertKept() => Assert.Equal("", Rsync.Differences(FirstCopy, Home.Restore(First)));

        internal void AssertCurrent() => Assert.Equal("", Rsync.Differences(Home.Source, Home.Restore("latest")));

        public void Dispose() => Home.Dispose();
    }
}
