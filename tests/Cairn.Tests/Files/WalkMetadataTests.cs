using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Walking;

namespace Cairn.Tests.Files;

public class WalkMetadataTests
{
    [Fact]
    public void Times_before_1970_and_nanoseconds_are_kept()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("old");
        temporary.Run("touch", "-d", "1969-12-31T23:59:58.000000001Z", "old");
        var entry = Walked.Walk(temporary.Bytes).Get(temporary.At("old"));
        Assert.Equal(new FileTime(-2, 1), entry.Modified);
        Assert.NotNull(entry.Born);
        Assert.True(entry.Stamp.Inode > 0 && entry.Stamp.Changed.Seconds > 0);
    }

    [Fact]
    public void Hard_links_share_a_group_and_others_have_none()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("one");
        temporary.AddFile("alone");
        temporary.AddFile("pair");
        temporary.AddDirectory("sub");
        temporary.Run("ln", "one", "sub/two");
        temporary.Run("ln", "one", "three");
        temporary.Run("ln", "pair", "pair2");
        var walked = Walked.Walk(temporary.Bytes);
        var group = walked.Get(temporary.At("one")).HardLinkGroup;
        Assert.NotEqual(0ul, group);
        Assert.Equal(group, walked.Get(temporary.At("sub/two")).HardLinkGroup);
        Assert.Equal(group, walked.Get(temporary.At("three")).HardLinkGroup);
        Assert.Equal(0ul, walked.Get(temporary.At("alone")).HardLinkGroup);
        Assert.Equal(0ul, walked.Get(temporary.At("sub")).HardLinkGroup);
        Assert.NotEqual(group, walked.Get(temporary.At("pair")).HardLinkGroup);
        var again = Walked.Walk(temporary.Bytes);
        Assert.Equal(group, again.Get(temporary.At("one")).HardLinkGroup);
    }

    [Fact]
    public void Owners_have_numbers_and_names()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("mine");
        var owner = Walked.Walk(temporary.Bytes).Get(temporary.At("mine")).Owner;
        Assert.Equal(temporary.Run("stat", "-c", "%u:%g:%U:%G", "mine").TrimEnd(),
            $"{owner.UserId}:{owner.GroupId}:{owner.UserName}:{owner.GroupName}");
    }

    [Fact]
    public void A_fifo_is_an_entry_and_a_socket_a_note()
    {
        using var temporary = new TemporaryDirectory();
        temporary.Run("mkfifo", "-m", "612", "pipe");
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(temporary.At("socket")));
        var walked = Walked.Walk(temporary.Bytes);
        Assert.Equal(["pipe"], walked.Below(temporary.Path));
        Assert.Equal(EntryKind.Fifo, walked.Get(temporary.At("pipe")).Kind);
        Assert.Equal(0x18A, walked.Get(temporary.At("pipe")).Mode);
        var problem = Assert.Single(walked.Problems);
        Assert.False(problem.IsError);
        Assert.Equal(temporary.BytesAt("socket"), problem.Path.ToArray());
    }

    [Fact]
    public void Extents_of_a_sparse_file_are_told_and_a_full_one_has_one()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("full", new string('x', 10_000));
        using (var stream = File.Create(temporary.At("sparse")))
        {
            stream.Position = 1 << 20;
            stream.Write(new byte[4096]);
            stream.SetLength(4 << 20);
        }
        Walked.Walk([temporary.Bytes], selection: null, onBatch: batch =>
        {
            foreach (var entry in batch.Entries.Where(entry => entry.Kind == EntryKind.File))
            {
                using var file = batch.Open(entry);
                if (Walked.Text(entry.Name) == "full")
                {
                    Assert.Equal((5L, 9_995L), file.NextData(5));
                    Assert.Null(file.NextData(10_000));
                    continue;
                }
                Assert.True(file.MayHaveHoles);
                var data = file.NextData(0)!.Value;
                Assert.Equal(1 << 20, data.Offset);
                Assert.Equal(4096, data.Length);
                Assert.Null(file.NextData(data.Offset + data.Length));
            }
        });
    }

    [Fact]
    public void A_file_that_changes_while_read_says_so_and_seeks_anywhere()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("file", "0123456789");
        Walked.Walk([temporary.Bytes], selection: null, onBatch: batch =>
        {
            if (batch.Entries.FirstOrDefault(entry => Walked.Text(entry.Name) == "file") is not { } entry)
                return;
            using var file = batch.Open(entry);
            file.Seek(7);
            var buffer = new byte[10];
            Assert.Equal(3, file.Read(buffer));
            Assert.Equal("789"u8.ToArray(), buffer[..3]);
            Assert.False(file.HasChanged);
            File.AppendAllText(temporary.At("file"), "more");
            Assert.True(file.HasChanged);
        });
    }

    [Fact]
    public void What_took_the_place_of_a_listed_file_is_not_opened()
    {
        using var temporary = new TemporaryDirectory();
        foreach (var name in new[] { "directory", "fifo", "gone", "link", "other" })
            temporary.AddFile("d/" + name);
        Walked.Walk([temporary.BytesAt("d")], selection: null, onBatch: batch =>
        {
            if (!Walked.Text(batch.DirectoryPath).EndsWith("/d", StringComparison.Ordinal))
                return;
            temporary.Run("sh", "-c", "cd d && mv other kept && rm directory fifo gone link && mkdir directory"
                + " && mkfifo fifo && ln -s kept link && echo content > other");
            foreach (var entry in batch.Entries)
            {
                var error = Assert.Throws<SourceReadException>(() => batch.Open(entry));
                Assert.Equal(Walked.Text(entry.Name) == "gone", error.Vanished);
            }
        });
    }

    [Fact]
    public void A_missing_source_stops_the_walk_and_is_named()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("file");
        var missing = Assert.Throws<SourceMissingException>(
            () => Walked.Walk(temporary.Bytes, temporary.BytesAt("no/such/place")));
        Assert.Contains(temporary.At("no/such/place"), missing.Message, StringComparison.Ordinal);
        var below = Assert.Throws<SourceMissingException>(() => Walked.Walk(temporary.BytesAt("file/x")));
        Assert.Contains(temporary.At("file/x"), below.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new FileTreeSource(new() { Sources = ["relative"u8.ToArray()] }));
    }

    [Fact]
    public void Devices_keep_their_numbers()
    {
        var entry = Walked.Walk("/dev/null"u8.ToArray()).Get("/dev/null");
        Assert.Equal(EntryKind.CharacterDevice, entry.Kind);
        Assert.Equal((1u, 3u), (entry.DeviceMajor, entry.DeviceMinor));
    }

    [Fact]
    public void Another_file_system_is_recorded_and_not_entered_if_told_so()
    {
        var walked = Walked.Walk(["/dev"u8.ToArray()], selection: null, oneFileSystem: true);
        Assert.Equal(EntryKind.Directory, walked.Get("/dev/shm").Kind);
        Assert.DoesNotContain(walked.All, item => item.Directory == "dev/pts");
        Assert.Contains(Walked.Walk("/dev"u8.ToArray()).All, item => item.Directory == "dev/pts");
    }
}
