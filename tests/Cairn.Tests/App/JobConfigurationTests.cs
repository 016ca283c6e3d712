using Cairn.App;
using Cairn.App.Configuration;
using Cairn.App.Setup;
using Cairn.App.Text;
using Cairn.Testing;

namespace Cairn.Tests.App;

public sealed class JobConfigurationTests
{
    [Fact]
    public void A_job_is_read_with_all_its_keys()
    {
        var job = Assert.Single(Read("""
            jobs:
              files:
                name: cellar
                paths: [/srv, rel, ~/x]
                rules: [include /srv/a b, exclude-caches, 'exclude-filelist lists/x', 'exclude-larger-than 1G']
                exclude: ['*.o']
                follow-symlinks: true
                skip-delete: ['*.log']
                compress: ['*.mp4=none', '*.log=12']
                ignore-ctime: true
                ignore-inode: true
                lock-wait: 5s
                pickers: [pick.d]
                snapshotters: [/snap.d]
                before: mount /srv
                after: [umount /srv, 'true']
                on-failure: mail
                tags: [a]
                one-file-system: true
                picker-timeout: 90s
                hook-timeout: 2h30m
                snapshotter-timeout: 1D
            """).Jobs);

        Assert.Equal(("files", "cellar", true), (job.Name, job.Source, job.OneFileSystem));
        Assert.Equal(["/srv", "/etc/rel", "/home/me/x"], job.Paths);
        Assert.Equal(
            [
                "include /srv/a b (/etc/c, line 5)", "exclude-caches (/etc/c, line 5)",
                "exclude-filelist /etc/lists/x (/etc/c, line 5)", "exclude-larger-than 1G (/etc/c, line 5)",
            ],
            job.Rules.Select(rule => rule.ToString()));
        Assert.Equal(
            (true, "*.log", "*.mp4=none *.log=12"),
            (job.Treatment.FollowsLinks, Shown(job.Treatment.SkipDelete), Shown(job.Treatment.Compress)));
        Assert.Equal(
            (true, true, TimeSpan.FromSeconds(5)), (job.IgnoresChangeTime, job.IgnoresInode, job.LockWait!.Value));
        Assert.Equal(["/etc/pick.d"], job.Pickers);
        Assert.Equal(["/snap.d"], job.Snapshotters);
        Assert.Equal(["mount /srv"], job.Before);
        Assert.Equal(["umount /srv", "true"], job.After);
        Assert.Equal(["mail"], job.OnFailure);
        Assert.Equal(["*.o", "a"], [.. job.Exclude, .. job.Tags]);
        Assert.Equal(
            (TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(150), TimeSpan.FromDays(1)),
            (job.PickerTimeout, job.HookTimeout, job.SnapshotterTimeout!.Value));
    }

    [Theory]
    [InlineData("jobs: []", "/etc/c, line 1: \"jobs\" needs lines below it")]
    [InlineData("jobs:\n  a: x", "/etc/c, line 2: the job \"a\" needs lines of the form")]
    [InlineData("jobs:\n  a:\n    pahts: [/x]", "/etc/c, line 3: unknown key \"pahts\", did you mean \"paths\"")]
    [InlineData("jobs:\n  a:\n    paths: /x", "/etc/c, line 3: \"paths\" needs a list")]
    [InlineData("jobs:\n  a:\n    tags: [x]", "/etc/c, line 2: the job \"a\" backs up nothing")]
    [InlineData("jobs:\n  a:\n    hook-timeout: 5", "/etc/c, line 3: \"hook-timeout\" is a time like")]
    [InlineData("jobs:\n  a:\n    rules:\n    - include x\n    - exclud y",
        "/etc/c, line 5: \"exclud y\" is no rule: did you mean \"exclude\"?")]
    [InlineData("jobs:\n  a:\n    rules: [exclude]", "/etc/c, line 3: \"exclude\" is no rule: a rule is one of")]
    [InlineData("jobs:\n  a:\n    rules: [exclude-caches x]", "/etc/c, line 3: \"exclude-caches x\" is no rule")]
    [InlineData("jobs:\n  a:\n    skip-deletes: [x]",
        "/etc/c, line 3: unknown key \"skip-deletes\", did you mean \"skip-delete\"")]
    [InlineData("jobs:\n  a:\n    hook-timeout: 0s", "/etc/c, line 3: \"hook-timeout\" is a time like")]
    public void What_is_not_understood_is_an_error_with_its_line(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<ConfigurationException>(() => Read(text)).Message);

    [Fact]
    public void A_job_s_rules_are_checked_against_its_paths_and_each_other()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "config.yaml");
        File.WriteAllText(file, """
            jobs:
              a: {paths: [/srv], rules: [exclude /home/x]}
              b: {paths: [/srv], rules: ["include **.c", "exclude **", "exclude *.o"]}
              c: {paths: [/srv], rules: ["exclude-regexp ("]}
              d: {paths: [/srv], rules: [exclude-larger-than much]}
              e: {paths: [/srv], rules: [include-filelist missing]}
              f: {paths: [/srv], compress: ['*.o=20']}
              g: {paths: [/srv], skip-delete: ['[']}
              h: {paths: [/srv], pickers: [/bin/true], rules: [exclude /home/x]}
              i: {paths: [/srv], rules: ["include *.c", "exclude **"], skip-delete: ['*.log'], compress: ['x=1']}
            """);
        var problems = ConfigUseCase.Check(TestEnvironment.In(folder.Path), file).Problems;
        foreach (var (job, what) in new[]
        {
            ("a", "can match nothing in /srv"), ("b", "is never reached"), ("c", "exclude-regexp ("),
            ("d", "that is no size"), ("e", "cannot be read"), ("f", "has no level"), ("g", "skip-delete: [: "),
        })
            Assert.Contains(
                problems, problem => problem.Contains($" jobs: {job}: ", StringComparison.Ordinal)
                    && problem.Contains(what, StringComparison.Ordinal));
        Assert.Equal(7, problems.Count);
    }

    [Fact]
    public void All_mistakes_of_all_jobs_are_told_at_once()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "config.yaml");
        Directory.CreateDirectory(Path.Combine(folder.Path, "other"));
        File.WriteAllText(Path.Combine(folder.Path, "notes"), "");
        foreach (var name in new[] { "same", "other/same" })
        {
            File.WriteAllText(Path.Combine(folder.Path, name), "");
            File.SetUnixFileMode(
                Path.Combine(folder.Path, name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        File.WriteAllText(
            file,
            "paths: [/x]\njobs:\n  a:\n    pahts: [/x]\n    tags: ['x,y']\n    exclude: ['[a']\n    pickers: [none]\n"
            + "  b:\n    snapshotters: [notes, same, other]\n    before: {}\n");

        var problems = ConfigUseCase.Check(TestEnvironment.In(folder.Path), file).Problems;

        Assert.Equal(8, problems.Count);
        foreach (var part in new[]
        {
            "unknown key \"pahts\"", "\"before\" needs a text", "paths and jobs exclude each other",
            "jobs: a: tags: \"x,y\" has a comma", "jobs: a: exclude [a (job a): ", "jobs: a: pickers: there is no ",
            "notes is not executable", "two are called same",
        })
            Assert.Contains(problems, problem => problem.Contains(part, StringComparison.Ordinal));
    }

    static CairnConfiguration Read(string text) => ConfigurationReader.Parse(text, "/etc/c", "/home/me");

    static string Shown(IReadOnlyList<ReadOnlyMemory<byte>> texts) => string.Join(' ', texts.Select(ByteText.Show));
}
