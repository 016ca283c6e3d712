using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Restoring;

namespace Cairn.Tests.Files;

public class RestoreTests
{
    static readonly Owner Me = WhoAmI();

    [Theory]
    [InlineData(1), InlineData(2)]
    public void What_was_walked_and_restored_is_walked_the_same(int seed)
    {
        using var source = new TemporaryDirectory();
        using var target = new TemporaryDirectory();
        MakeZoo(source, new Random(seed));
        using (var restore = DirectoryTarget.Open(target.BytesAt("new/place"), new RestoreTargetOptions()))
        {
            Copy(source, restore);
            Assert.Empty(restore.Shortfalls);
        }
        var (before, after) = (Describe(source, ""), Describe(target, "new/place"));
        Assert.True(before.Count > 20);
        Assert.Equal(before, after);
    }

    [Fact]
    public void A_big_file_is_written_in_any_order_and_keeps_its_holes()
    {
        using var target = new TemporaryDirectory();
        using var restore = DirectoryTarget.Open(target.Bytes, new() { Overwrite = OverwriteRule.IfChanged });
        var entry = FileEntry("big", size: 8 << 20, mode: 0x1A4);
        using (var file = restore.CreateFile("big"u8, entry))
        {
            file.Write(6 << 20, "tail"u8);
            file.Write(0, "head"u8);
            file.Complete();
        }
        var content = File.ReadAllBytes(target.At("big"));
        Assert.Equal(8 << 20, content.Length);
        Assert.Equal("head"u8.ToArray(), content[..4]);
        Assert.Equal("tail"u8.ToArray(), content[(6 << 20)..((6 << 20) + 4)]);
        Assert.True(long.Parse(target.Run("stat", "-c", "%b", "big")) * 512 < 1 << 20);
        Assert.True(restore.IsAlreadyRestored("big"u8, entry));
    }

    [Fact]
    public void An_incomplete_file_is_removed()
    {
        using var target = new TemporaryDirectory();
        using var restore = Open(target);
        restore.CreateDirectory("d"u8);
        using (var file = restore.CreateFile("d/f"u8, FileEntry("f", size: 4)))
            file.Write(0, "x"u8);
        Assert.False(File.Exists(target.At("d/f")));
    }

    [Theory]
    [InlineData(""), InlineData("."), InlineData(".."), InlineData("/x"), InlineData("a/../x"), InlineData("a//x")]
    [InlineData("../x"), InlineData("a/"), InlineData("a\0b"), InlineData("a/."), InlineData("a/..")]
    public void Paths_that_are_none_below_the_target_are_refused(string path)
    {
        using var target = new TemporaryDirectory();
        target.AddDirectory("t/a");
        using var restore = DirectoryTarget.Open(target.BytesAt("t"), new() { Overwrite = OverwriteRule.IfChanged });
        var bytes = Encoding.UTF8.GetBytes(path);
        var entry = FileEntry("x", size: 1);
        Assert.Throws<RestoreWriteException>(() => restore.WriteFile(bytes, entry, "x"u8));
        Assert.Throws<RestoreWriteException>(() => restore.CreateFile(bytes, entry));
        Assert.Throws<RestoreWriteException>(() => restore.CreateSpecial(bytes, LinkEntry("x")));
        Assert.Throws<RestoreWriteException>(() => restore.CreateHardLink(bytes, "a"u8));
        Assert.Throws<RestoreWriteException>(() => restore.CreateHardLink("b"u8, bytes));
        if (path.Length > 0)
        {
            Assert.Throws<RestoreWriteException>(() => restore.CreateDirectory(bytes));
            Assert.Throws<RestoreWriteException>(() => restore.FinishDirectory(bytes, DirectoryEntry("x")));
        }
        Assert.Equal(["t", "t/a"], Walked.Walk(target.Bytes).Below(target.Path));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void A_planted_link_is_never_followed(bool replaceExisting)
    {
        using var target = new TemporaryDirectory();
        target.AddDirectory("outside/sub");
        target.AddFile("outside/file", "precious");
        target.AddDirectory("t");
        foreach (var (name, to) in new[] { ("dir", "../outside"), ("file", "../outside/file"), ("up", "..") })
            File.CreateSymbolicLink(target.At("t/" + name), to);
        var before = Describe(target, "outside");
        var rule = replaceExisting ? OverwriteRule.IfChanged : OverwriteRule.Refuse;
        using (var restore = DirectoryTarget.Open(target.BytesAt("t"), new() { Overwrite = rule }))
        {
            var entry = FileEntry("x", size: 4, mode: 0x1FF);
            foreach (var path in new[] { "dir/x", "dir/sub/x", "up/outside/x", "up/x" })
            {
                Assert.Throws<RestoreWriteException>(
                    () => restore.WriteFile(Encoding.UTF8.GetBytes(path), entry, "evil"u8));
            }
            Assert.Throws<RestoreWriteException>(() => restore.FinishDirectory("dir"u8, DirectoryEntry("dir")));
            Assert.Throws<RestoreWriteException>(() => restore.CreateDirectory("dir/new"u8));
            Assert.Throws<RestoreWriteException>(() => restore.CreateHardLink("hard"u8, "dir/file"u8));
            var writing = Record.Exception(() => restore.WriteFile("file"u8, entry, "evil"u8));
            Assert.Equal(replaceExisting, writing is null);
            Assert.Equal(replaceExisting, Record.Exception(() => restore.CreateDirectory("up"u8)) is null);
        }
        Assert.Equal(before, Describe(target, "outside"));
    }

    [Fact]
    public void Opening_step_by_step_refuses_links_as_well()
    {
        using var target = new TemporaryDirectory();
        target.AddDirectory("t/a/b");
        target.AddDirectory("outside/b");
        File.CreateSymbolicLink(target.At("t/link"), "../outside");
        var root = TargetRoot.Open(target.BytesAt("t"));
        var found = DirectoryCache.OpenStepwise(root, "a/b"u8, Cairn.Files.Interop.Libc.ReadOnly);
        Assert.True(found >= 0);
        Assert.True(DirectoryCache.OpenStepwise(root, "link/b"u8, Cairn.Files.Interop.Libc.ReadOnly) < 0);
        Assert.True(DirectoryCache.OpenStepwise(root, "link"u8, Cairn.Files.Interop.Libc.ReadOnly) < 0);
        Cairn.Files.Interop.Libc.Close(found);
        Cairn.Files.Interop.Libc.Close(root);
    }

    [Fact]
    public void What_exists_is_refused_unless_told_to_replace_it()
    {
        using var target = new TemporaryDirectory();
        target.AddFile("f", "old and longer");
        target.Run("ln", "f", "other-name");
        target.AddFile("d/keep");
        var entry = FileEntry("f", size: 3);
        using (var careful = Open(target))
        {
            Assert.False(careful.IsEmpty());
            Assert.Throws<RestoreWriteException>(() => careful.WriteFile("f"u8, entry, "new"u8));
            Assert.Throws<RestoreWriteException>(() => careful.CreateDirectory("d"u8));
            Assert.Throws<RestoreWriteException>(() => careful.CreateSpecial("f"u8, LinkEntry("f")));
            Assert.Equal("old and longer", File.ReadAllText(target.At("f")));
        }
        using var restore = DirectoryTarget.Open(target.Bytes, new() { Overwrite = OverwriteRule.IfChanged });
        Assert.False(restore.IsAlreadyRestored("f"u8, entry));
        restore.WriteFile("f"u8, entry, "new"u8);
        restore.CreateDirectory("d"u8);
        Assert.True(restore.IsAlreadyRestored("f"u8, entry));
        Assert.Equal("new", File.ReadAllText(target.At("f")));
        Assert.Equal("old and longer", File.ReadAllText(target.At("other-name")));
        Assert.True(File.Exists(target.At("d/keep")));
        Assert.Throws<RestoreWriteException>(() => restore.WriteFile("d"u8, entry, "new"u8));
        Assert.True(File.Exists(target.At("d/keep")));
    }

    [Fact]
    public void Whether_it_is_restored_heeds_time_to_the_nanosecond_size_and_mode()
    {
        using var target = new TemporaryDirectory();
        using var restore = DirectoryTarget.Open(target.Bytes, new() { Overwrite = OverwriteRule.IfChanged });
        Assert.True(restore.IsEmpty());
        restore.WriteFile("f"u8, FileEntry("f", size: 3), "abc"u8);
        Assert.True(restore.IsAlreadyRestored("f"u8, FileEntry("f", size: 3)));
        Assert.False(restore.IsAlreadyRestored("f"u8, FileEntry("f", size: 4)));
        Assert.False(restore.IsAlreadyRestored("f"u8, FileEntry("f", size: 3, mode: 0x1A5)));
        Assert.False(restore.IsAlreadyRestored("f"u8, FileEntry("f", size: 3, nanoseconds: 8)));
        Assert.False(restore.IsAlreadyRestored("g"u8, FileEntry("g", size: 3)));
    }

    [Fact]
    public void A_full_disk_is_fatal_and_leaves_no_torn_file()
    {
        if (Environment.UserName != "root")
            Assert.Skip("mounting needs root");
        using var target = new TemporaryDirectory();
        target.AddDirectory("small");
        target.Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "small");
        try
        {
            using var restore = DirectoryTarget.Open(target.BytesAt("small"), new RestoreTargetOptions());
            var error = Assert.Throws<RestoreWriteException>(
                () => restore.WriteFile("f"u8, FileEntry("f", size: 1 << 20), new byte[1 << 20]));
            Assert.True(error.IsFatal);
            Assert.Empty(Directory.GetFiles(target.At("small")));
        }
        finally
        {
            target.Run("umount", "small");
        }
    }

    [Fact]
    public void Owners_go_by_name_unless_numbers_are_wanted_and_set_id_bits_stay()
    {
        if (Environment.UserName != "root")
            Assert.Skip("giving files away needs root");
        using var target = new TemporaryDirectory();
        var owner = new Owner(54321, 54322, "daemon", "no-such-group-here");
        var entry = FileEntry("f", size: 0, mode: 0xDED, owner: owner);
        using (var restore = Open(target))
            restore.WriteFile("f"u8, entry, []);
        using (var restore = DirectoryTarget.Open(target.Bytes, new() { NumericOwner = true }))
            restore.WriteFile("g"u8, entry, []);
        Assert.Equal("daemon 54322 6755\n54321 54322 6755\n", target.Run("sh", "-c",
            "stat -c '%U %g %a' f; stat -c '%u %g %a' g"));
    }

    [Fact]
    public void A_directory_that_hands_its_group_down_does_not_mislead()
    {
        if (Environment.UserName != "root")
            Assert.Skip("giving files away needs root");
        using var target = new TemporaryDirectory();
        target.Run("sh", "-c", "chgrp 777 . && chmod g+s .");
        using (var restore = Open(target))
        {
            restore.WriteFile("f"u8, FileEntry("f", size: 0), []);
            restore.WriteFile("g"u8, FileEntry("g", size: 0), []);
        }
        Assert.Equal("0\n0\n", target.Run("stat", "-c", "%g", "f", "g"));
    }

    [Fact]
    public void Deep_trees_are_restored_with_few_directories_open()
    {
        using var target = new TemporaryDirectory();
        using (var restore = Open(target))
        {
            var paths = new List<string> { "level-of-a-deep-tree" };
            for (var i = 1; i < 500; i++)
                paths.Add(paths[^1] + "/level-of-a-deep-tree");
            foreach (var path in paths)
                restore.CreateDirectory(Encoding.UTF8.GetBytes(path));
            foreach (var path in paths.Where((_, i) => i % 7 == 0))
                restore.WriteFile(Encoding.UTF8.GetBytes(path + "/f"), FileEntry("f", size: 1), "x"u8);
            Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 1, 600);
            foreach (var path in Enumerable.Reverse(paths))
                restore.FinishDirectory(Encoding.UTF8.GetBytes(path), DirectoryEntry("x"));
        }
        var walked = Walked.Walk(target.Bytes);
        Assert.Equal(72, walked.All.Count(item => item.Name == "f"));
        Assert.All(walked.All.Where(item => item.Name == "level-of-a-deep-tree"),
            item => Assert.Equal(new FileTime(1, 2), item.Entry.Modified));
    }

    [Fact]
    public void Many_threads_share_the_open_directories()
    {
        using var target = new TemporaryDirectory();
        using (var restore = Open(target))
        {
            for (var i = 0; i < 600; i++)
                restore.CreateDirectory(Encoding.UTF8.GetBytes($"d{i}"));
            Parallel.For(0, 6000, i =>
                restore.WriteFile(Encoding.UTF8.GetBytes($"d{i * 7 % 600}/f{i}"), FileEntry("f", size: 4), "data"u8));
        }
        Assert.Equal(6000, Directory.GetFiles(target.Path, "f*", SearchOption.AllDirectories).Length);
    }

    static Owner WhoAmI()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("mine");
        return Walked.Walk(temporary.Bytes).Get(temporary.At("mine")).Owner;
    }

    static void MakeZoo(TemporaryDirectory zoo, Random random)
    {
        zoo.AddFileWithRawName([0xff, (byte)'\n', (byte)' '], [1, 2, 3]);
        zoo.AddFile("empty", "");
        zoo.AddDirectory("empty-directory");
        zoo.AddFile("a/b/c", "c");
        zoo.Run("sh", "-c", "ln -s 'no where' dangling && ln a/b/c hard && mkfifo -m 640 pipe"
            + " && touch -hd 1969-01-01 dangling && truncate -s 3M sparse && chmod 4751 empty"
            + " && chmod 1777 empty-directory && touch -d 1901-12-14 a/b"
            + " && chmod 2555 a/b");
        for (var i = 0; i < 20; i++)
        {
            var path = $"r{random.Next(3)}/{random.Next(2)}/file{i}";
            zoo.AddFile(path, new string('x', random.Next(5000)));
            zoo.Run("sh", "-c", $"chmod {random.Next(4, 8)}{random.Next(8)}{random.Next(8)} {path}");
            zoo.Run("touch", "-d", $"@{random.Next()}.{random.Next(1_000_000_000):d9}", path);
        }
        if (Environment.UserName == "root")
        {
            zoo.Run("sh", "-c",
                "chown daemon:1234 a/b/c r*/0 && chown -h 7:8 dangling && chmod 6755 a/b/c && mknod n c 1 3"
                + " && echo x > unreadable && chmod 0 unreadable");
        }
    }

    /// <summary>Restores what a walk of the source yields, as an engine would: files late, directories last.</summary>
    static void Copy(TemporaryDirectory source, DirectoryTarget target)
    {
        var directories = new List<(byte[] Path, Entry Entry)>();
        var linked = new Dictionary<ulong, byte[]>();
        var prefix = source.Path[1..];
        Walked.Walk([source.Bytes], selection: null, onBatch: batch =>
        {
            var directory = Walked.Text(batch.DirectoryPath);
            if (!directory.StartsWith(prefix, StringComparison.Ordinal))
                return;
            foreach (var entry in batch.Entries)
            {
                var path = Walked.Join(directory, Walked.Text(entry.Name))[(prefix.Length + 1)..];
                CopyOne(batch, entry, Encoding.Latin1.GetBytes(path), target, directories, linked);
            }
        });
        directories.Reverse();
        foreach (var (path, entry) in directories)
            target.FinishDirectory(path, entry);
    }

    static void CopyOne(
        DirectoryBatch batch, Entry entry, byte[] path, DirectoryTarget target, List<(byte[], Entry)> directories,
        Dictionary<ulong, byte[]> linked)
    {
        if (entry.HardLinkGroup != 0 && !linked.TryAdd(entry.HardLinkGroup, path))
            target.CreateHardLink(path, linked[entry.HardLinkGroup]);
        else if (entry.Kind == EntryKind.Directory)
        {
            target.CreateDirectory(path);
            directories.Add((path, entry));
        }
        else if (entry.Kind == EntryKind.File)
            target.WriteFile(path, entry, Walked.ReadAll(batch, entry));
        else
            target.CreateSpecial(path, entry);
    }

    /// <summary>All that must survive a restore, one line an entry.</summary>
    static List<string> Describe(TemporaryDirectory tree, string below)
    {
        var root = below.Length == 0 ? tree.Path : tree.At(below);
        var walked = Walked.Walk([Encoding.UTF8.GetBytes(root)], selection: null, read: true);
        Assert.Equal("", walked.ProblemTexts());
        var groups = new Dictionary<ulong, int> { [0] = 0 };
        var inside = walked.All.Where(item => item.Directory.StartsWith(root[1..], StringComparison.Ordinal));
        return [.. inside.Select(item =>
        {
            var (entry, path) = (item.Entry, Walked.Join(item.Directory, item.Name));
            groups.TryAdd(entry.HardLinkGroup, groups.Count);
            var content = walked.Contents.TryGetValue(path, out var bytes) ? Convert.ToHexString(bytes) : "";
            return $"{path[root.Length..]} {entry.Kind} {Convert.ToString(entry.Mode, 8)} {entry.Owner} "
                + $"{entry.Modified} {entry.Size} {Walked.Text(entry.LinkTarget)} "
                + $"{entry.DeviceMajor}:{entry.DeviceMinor} {groups[entry.HardLinkGroup]} "
                + $"{content.Length} {content.GetHashCode(StringComparison.Ordinal)}";
        })];
    }

    static DirectoryTarget Open(TemporaryDirectory target) =>
        DirectoryTarget.Open(target.Bytes, new RestoreTargetOptions());

    static Entry FileEntry(
        string name, long size, ushort mode = 0x1A4, uint nanoseconds = 7, Owner? owner = null) => new()
    {
        Name = Encoding.UTF8.GetBytes(name),
        Kind = EntryKind.File,
        Mode = mode,
        Owner = owner ?? Me,
        Modified = new FileTime(1_000_000_000, nanoseconds),
        Size = size,
    };

    static Entry DirectoryEntry(string name) => new()
    {
        Name = Encoding.UTF8.GetBytes(name),
        Kind = EntryKind.Directory,
        Mode = 0x1ED,
        Owner = Me,
        Modified = new FileTime(1, 2),
    };

    static Entry LinkEntry(string name) => new()
    {
        Name = Encoding.UTF8.GetBytes(name),
        Kind = EntryKind.Symlink,
        Owner = Me,
        LinkTarget = "target"u8.ToArray(),
    };
}
