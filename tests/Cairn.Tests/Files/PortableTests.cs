using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.Restore;
using Cairn.Engine.Repositories.Reading;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Files.Portable;
using Cairn.Files.Restoring;
using Cairn.Files.Selecting;
using Cairn.Files.Walking;
using Cairn.Testing.State;
using Cairn.Tests.Operations.Backup;

namespace Cairn.Tests.Files;

/// <summary>
/// What stands in where Cairn has no calls of the system's own, beside what it does have on Linux: the same, as far as
/// .NET can tell.
/// </summary>
public sealed class PortableTests : IDisposable
{
    const string Tree = """
        mkdir -p src/a/b/c src/empty src/z src/ä; echo one > src/a/one; : > src/a/nothing
        head -c 300000 /dev/urandom > src/a/big
        echo x > 'src/with space'; echo y > $'src/new\nline'; ln -s a/one src/link; ln -s nowhere src/dangling
        ln -s b src/a/dir-link; chmod 600 src/a/one; chmod 1777 src/z; chmod 555 src/a/b/c
        echo d > src/a/b.d; echo u > src/ä/ü
        touch -d '2001-02-03 04:05:06.1234567' src/a/one; touch -d '1965-01-01 00:00:00.5' src/a/nothing
        touch -hd '2002-02-02' src/link; touch -d '2020-01-01' src/empty
        """;

    readonly TemporaryDirectory _temporary = new();

    [Fact]
    public void It_walks_as_the_other_does()
    {
        _temporary.Run("bash", "-c", Tree);
        AssertSameWalks(Options());
    }

    [Fact]
    public void It_selects_and_follows_as_the_other_does()
    {
        _temporary.Run(
            "bash", "-c", Tree + "\nmkdir far; echo f > far/f.d; ln -s ../../far src/a/far; ln -s .. src/a/up;"
            + " mkdir src/own src/cache; touch src/cache/mark; ln -s ../src/own src/a/to-own");
        var root = _temporary.At("src");
        foreach (var follows in new[] { false, true })
        {
            var options = Options() with
            {
                FollowsLinks = follows, NeverFollowedInto = follows ? [_temporary.BytesAt("src/own")] : [],
            };
            AssertSameWalks(options);
            foreach (var patterns in (string[][])[["- *.d"], ["+ **.d", "- **"], ["- a/b/", "+ **one", "- **/a/*"]])
                AssertSameWalks(options with { Selection = TestRules.Of(patterns, root) });
            AssertSameWalks(options with
            {
                Selection = new SelectionRules(
                    [new MarkerRule("mark"u8) { Text = "m" }, new LargerRule(1000) { Text = "l" }],
                    [_temporary.BytesAt("src")]),
            });
        }
        AssertSameWalks(Options() with { Sources = [_temporary.BytesAt("src/a"), _temporary.BytesAt("src/link")] });
    }

    [Fact]
    public async Task What_it_reads_and_writes_is_the_same_tree_again()
    {
        _temporary.Run("bash", "-c", Tree + "\nln src/a/one src/a/second");
        await using var world = await BackupWorld.CreateAsync();
        var input = new BackupInput { Files = new PortableTreeSource(Options()) };
        var backup = await world.BackupAsync(input: input);
        Assert.False(backup.IsPartial, string.Join("\n", backup.Problems.Select(problem => problem.Message)));
        var (result, target) = await RestoreAsync(world, backup, OverwriteRule.Refuse);
        Assert.Empty(result.Failures.Select(failure => failure.Message));
        Assert.Empty(target.Shortfalls);
        Assert.Equal("", Difference());
        // A second run finds all of it there, and nothing is written.
        _temporary.Run("chmod", "u+w", "out/a/b/c");
        var (again, _) = await RestoreAsync(world, backup, OverwriteRule.IfChanged);
        Assert.Equal((0, 0), (again.FailureCount, again.Files));
        // Unchanged files are not read again.
        Assert.Equal(0, (await world.BackupAsync(input: input)).Statistics.BytesRead);
    }

    [Fact]
    public async Task What_it_cannot_set_is_told_once_a_kind()
    {
        _temporary.Run("bash", "-c", "mkdir src; echo 1 > src/1; ln src/1 src/2; setfattr -n user.a -v b src/1;"
            + " chmod 4755 src/1; mkfifo src/p");
        await using var world = await BackupWorld.CreateAsync();
        var backup = await world.BackupAsync(input: new BackupInput { Files = new FileTreeSource(Options()) });
        var (result, target) = await RestoreAsync(world, backup, OverwriteRule.Refuse);
        Assert.Contains("fifos and devices cannot be made", Assert.Single(result.Failures).Message);
        foreach (var part in (string[])
            ["the owner could not be set", "extended attributes could", "set-id bits", "further names of files"])
            Assert.Contains(target.Shortfalls, line => line.Contains(part, StringComparison.Ordinal));
        Assert.Equal("755\n755\n", _temporary.Run("stat", "-c", "%a", "out/1", "out/2"));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/x")]
    [InlineData("a//x")]
    [InlineData("link/x")]
    [InlineData("link/deeper/x")]
    public void Nothing_is_written_outside(string path)
    {
        _temporary.Run("bash", "-c", "mkdir -p out outside/deeper; ln -s ../outside out/link");
        using var target = Target(OverwriteRule.Always);
        var bytes = Encoding.UTF8.GetBytes(path);
        var entry = new Entry
        {
            Name = "x"u8.ToArray(), Kind = EntryKind.File, Owner = PortableMetadata.Unknown, Mode = 0x1A4,
        };
        Assert.Throws<RestoreWriteException>(() => target.WriteFile(bytes, entry, "evil"u8));
        Assert.Throws<RestoreWriteException>(() => target.CreateDirectory(bytes));
        Assert.Throws<RestoreWriteException>(() => target.Remove(bytes));
        Assert.Equal("outside\noutside/deeper\n", _temporary.Run("find", "outside"));
    }

    [Theory]
    [InlineData(OverwriteRule.Refuse, "old", "new")]
    [InlineData(OverwriteRule.Never, "old", "new")]
    [InlineData(OverwriteRule.IfNewer, "new", "new")]
    [InlineData(OverwriteRule.Always, "new", "new")]
    public void What_stands_there_goes_by_the_rule(OverwriteRule rule, string existing, string missing)
    {
        _temporary.Run(
            "bash", "-c", "mkdir out; echo -n old > out/f; touch -d 2000-01-01 out/f; ln -s f out/l; mkdir out/d");
        using var target = Target(rule);
        Write(target, "f", rule);
        Write(target, "g", rule);
        Assert.Equal(existing, File.ReadAllText(_temporary.At("out/f")));
        Assert.Equal(missing, File.ReadAllText(_temporary.At("out/g")));
        // A directory is never replaced, and a link itself is, not what it leads to.
        if (rule == OverwriteRule.Always)
        {
            Assert.Throws<RestoreWriteException>(() => target.WriteFile("d"u8, NewFile("d"), "new"u8));
            Write(target, "l", rule);
            Assert.Null(new FileInfo(_temporary.At("out/l")).LinkTarget);
        }
        Assert.Empty(Directory.EnumerateFiles(_temporary.At("out"), ".cairn*"));
    }

    [Fact]
    public void A_mirror_lists_and_removes_without_following_links()
    {
        _temporary.Run(
            "bash", "-c", "mkdir -p out/d/e outside; echo 1 > out/d/f; echo 1 > outside/kept;"
            + " ln -s ../../outside out/d/l");
        using var target = Target(OverwriteRule.Always);
        Assert.Equal(
            [("e", EntryKind.Directory), ("f", EntryKind.File), ("l", EntryKind.Symlink)],
            target.List("d"u8).Select(child => (Walked.Text(child.Name), child.Kind!.Value)));
        Assert.Empty(target.List("d/l"u8));
        target.Remove("d"u8);
        Assert.True(target.IsEmpty());
        Assert.True(File.Exists(_temporary.At("outside/kept")));
    }

    [Fact]
    public void What_it_cannot_do_it_refuses_to_begin()
    {
        Assert.Throws<PlatformNotSupportedException>(
            () => new PortableTreeSource(Options() with { OneFileSystem = true }));
        Assert.Throws<PlatformNotSupportedException>(
            () => new PortableTreeSource(Options() with { LockWait = TimeSpan.Zero }));
        var source = new PortableTreeSource(new FileTreeOptions { Sources = ["/no/such"u8.ToArray()] });
        Assert.Throws<SourceMissingException>(
            () => source.Walk(new Walked(), TestContext.Current.CancellationToken).Count());
    }

    [Fact]
    public void A_name_that_is_no_text_is_told()
    {
        _temporary.AddDirectory("src");
        _temporary.AddFileWithRawName([.. "src/bad-"u8, 0xFF], "x"u8.ToArray());
        _temporary.AddFile("src/good");
        var walked = Walk(new PortableTreeSource(Options()));
        Assert.Equal(["good"], walked.Below(_temporary.At("src")));
        Assert.True(Assert.Single(walked.Problems).IsError);
    }

    public void Dispose() => _temporary.Dispose();

    FileTreeOptions Options() => new() { Sources = [_temporary.BytesAt("src")] };

    PortableTarget Target(OverwriteRule rule) =>
        PortableTarget.Open(_temporary.BytesAt("out"), new RestoreTargetOptions { Overwrite = rule });

    static Entry NewFile(string name) => new()
    {
        Name = Encoding.UTF8.GetBytes(name), Kind = EntryKind.File, Owner = PortableMetadata.Unknown, Mode = 0x1A4,
        Size = 3, Modified = new FileTime(1_700_000_000, 0), Content = FileContent.Empty,
    };

    static void Write(PortableTarget target, string name, OverwriteRule rule)
    {
        var (path, entry) = (Encoding.UTF8.GetBytes(name), NewFile(name));
        if (target.Keeps(path, entry) || target.IsAlreadyRestored(path, entry))
            return;
        if (rule == OverwriteRule.Refuse && name == "f")
            Assert.Throws<RestoreWriteException>(() => target.WriteFile(path, entry, "new"u8));
        else
            target.WriteFile(path, entry, "new"u8);
    }

    void AssertSameWalks(FileTreeOptions options)
    {
        var theirs = Walk(new FileTreeSource(options));
        var ours = Walk(new PortableTreeSource(options));
        Assert.Equal(theirs.All.Select(Facts), ours.All.Select(Facts));
        Assert.Equal(theirs.Contents.Keys, ours.Contents.Keys);
        Assert.All(theirs.Contents, pair => Assert.Equal(pair.Value, ours.Contents[pair.Key]));
        Assert.Equal(
            theirs.ProblemTexts().Split('\n').Order(StringComparer.Ordinal),
            ours.ProblemTexts().Split('\n').Order(StringComparer.Ordinal));
    }

    static Walked Walk(IFileSource source)
    {
        var walked = new Walked();
        foreach (var batch in source.Walk(walked, TestContext.Current.CancellationToken))
        {
            using (batch)
                walked.Take(batch, read: true);
        }
        return walked;
    }

    static string Facts((string Directory, string Name, Entry Entry) item)
    {
        var entry = item.Entry;
        // The mode of a link means nothing, and the time of an ancestor is not recorded.
        var mode = entry.Kind == EntryKind.Symlink ? 0 : entry.Mode;
        var time = (entry.Marks & EntryMarks.Ancestor) == 0 ? entry.Modified : default;
        return $"{item.Directory}|{item.Name}|{entry.Kind}|{mode:X}|{entry.Size}|{time.Seconds}"
            + $"|{time.Nanoseconds / 100}|{Walked.Text(entry.LinkTarget)}|{entry.Marks}";
    }

    async Task<(RestoreResult, PortableTarget)> RestoreAsync(BackupWorld world, BackupResult backup, OverwriteRule rule)
    {
        using var repository = await world.Test.OpenForReadingAsync();
        var snapshot = await SnapshotCatalog.ReadAsync(repository, backup.Snapshot!.Value, default);
        using var session = await ReadSession.OpenAsync(repository, new MemoryStateFolder(), default);
        var target = Target(rule);
        var options = new RestoreOptions
        {
            Path = _temporary.BytesAt("src").AsMemory(1), Workers = 2, FinishesTarget = true,
        };
        var result = await RestoreOperation.RunAsync(
            session, snapshot, target, options, new RestoreMonitor(), default);
        return (result, target);
    }

    // Times of links too; .NET keeps 100 nanoseconds, so do the fixtures.
    string Difference() => _temporary.Run(
        "rsync", "-rlptn", "--checksum", "--delete", "--itemize-changes", "src/", "out/");
}
