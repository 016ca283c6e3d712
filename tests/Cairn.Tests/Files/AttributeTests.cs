using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Interop;
using Cairn.Files.Restoring;

namespace Cairn.Tests.Files;

public class AttributeTests
{
    [Theory]
    [InlineData(false), InlineData(true)]
    public void Attributes_and_lists_are_read_on_new_kernels_and_on_old_ones(bool old)
    {
        using var source = new TemporaryDirectory();
        source.AddFile("sub/f");
        source.AddFile("plain");
        source.Run("sh", "-c", "setfattr -n user.b -v two sub/f; setfattr -n user.a -v '' sub/f;"
            + " setfacl -m u:77:r sub/f; setfacl -m d:u:78:rwx sub");
        Libc.AvoidsAttributeCalls = old;
        try
        {
            var walked = Walked.Walk(source.Bytes);
            Assert.Empty(walked.Problems);
            Assert.Empty(walked.Get(source.At("plain")).Attributes);
            var attributes = walked.Get(source.At("sub/f")).Attributes;
            Assert.Equal(["system.posix_acl_access", "user.a", "user.b"], Names(attributes));
            Assert.Equal("two"u8.ToArray(), attributes[2].Value.ToArray());
            Assert.True(attributes[1].Value.IsEmpty);
            Assert.Equal(["system.posix_acl_default"], Names(walked.Get(source.At("sub")).Attributes));
        }
        finally
        {
            Libc.AvoidsAttributeCalls = false;
        }
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Attributes_of_what_cannot_be_opened_are_read_and_set(bool old)
    {
        if (Environment.UserName != "root")
            Assert.Skip("trusted attributes need root");
        using var folder = new TemporaryDirectory();
        folder.Run("sh", "-c", "mkdir s; cd s; ln -s nowhere link; mkfifo fifo; setfattr -h -n trusted.l -v x link;"
            + " setfattr -n trusted.f -v y fifo");
        Libc.AvoidsAttributeCalls = old;
        try
        {
            using (var target = DirectoryTarget.Open(folder.BytesAt("t"), new RestoreTargetOptions()))
            {
                foreach (var name in new[] { "link", "fifo" })
                    target.CreateSpecial(
                        Walked.Bytes(name), Walked.Walk(folder.BytesAt("s")).Get(folder.At($"s/{name}")));
                Assert.Empty(target.Shortfalls);
            }
        }
        finally
        {
            Libc.AvoidsAttributeCalls = false;
        }
        const string facts = "cd $0; getfattr -h -d -m trusted link fifo";
        Assert.Equal(folder.Run("sh", "-c", facts, "s"), folder.Run("sh", "-c", facts, "t"));
        Assert.Contains("trusted.l", folder.Run("sh", "-c", facts, "t"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_a_directory_hands_down_does_not_reach_what_had_none()
    {
        using var folder = new TemporaryDirectory();
        folder.AddDirectory("t");
        folder.Run("setfacl", "-m", "d:u:99:rwx,d:m:rwx", "t");
        using (var target = DirectoryTarget.Open(folder.BytesAt("t"), new RestoreTargetOptions()))
        {
            target.CreateDirectory("d"u8);
            target.WriteFile("d/f"u8, Entry("f", mode: 0x1A0), "x"u8);
            target.FinishDirectory("d"u8, Entry("d", EntryKind.Directory, mode: 0x1ED));
        }
        Assert.Equal("user::rwx\ngroup::r-x\nother::r-x\n\nuser::rw-\ngroup::r--\nother::---\n\n",
            folder.Run("getfacl", "-c", "t/d", "t/d/f"));
    }

    [Fact]
    public void What_was_put_on_a_directory_meanwhile_goes_when_it_is_restored_again()
    {
        using var folder = new TemporaryDirectory();
        folder.AddDirectory("t/d");
        folder.Run("sh", "-c", "setfattr -n user.stray -v 1 t/d; setfacl -m u:99:rwx,d:u:99:rwx t/d");
        var options = new RestoreTargetOptions { Overwrite = OverwriteRule.IfChanged };
        using (var target = DirectoryTarget.Open(folder.BytesAt("t"), options))
        {
            target.CreateDirectory("d"u8);
            target.FinishDirectory("d"u8, Entry("d", EntryKind.Directory, mode: 0x1ED, Attribute("user.kept", "1")));
        }
        Assert.Equal("# file: t/d\nuser.kept=\"1\"\n\n", folder.Run("getfattr", "-d", "-m", "-", "t/d"));
    }

    [Fact]
    public void What_cannot_be_set_is_told_once_a_kind()
    {
        using var folder = new TemporaryDirectory();
        using var target = DirectoryTarget.Open(folder.BytesAt("t"), new RestoreTargetOptions());
        for (var i = 0; i < 3; i++)
            target.WriteFile(
                Encoding.UTF8.GetBytes($"f{i}"), Entry("f", attributes: Attribute($"nonsense.{i}", "1")), "x"u8);
        var line = Assert.Single(target.Shortfalls);
        Assert.StartsWith("an extended attribute nonsense.* could not be set:", line, StringComparison.Ordinal);
        Assert.EndsWith("3 entries, first f0", line, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.At("t/f2")));
    }

    [Fact]
    public void Another_value_of_an_attribute_is_not_already_restored()
    {
        using var folder = new TemporaryDirectory();
        var options = new RestoreTargetOptions { Overwrite = OverwriteRule.IfChanged };
        using var target = DirectoryTarget.Open(folder.BytesAt("t"), options);
        var entry = Entry("f", attributes: Attribute("user.a", "1"));
        target.WriteFile("f"u8, entry, "x"u8);
        Assert.True(target.IsAlreadyRestored("f"u8, entry));
        Assert.False(target.IsAlreadyRestored("f"u8, Entry("f", attributes: Attribute("user.a", "2"))));
        Assert.False(target.IsAlreadyRestored("f"u8, Entry("f", attributes: Attribute("user.b", "1"))));
    }

    [Fact]
    public void A_lock_is_waited_for_and_then_done_without_and_marked()
    {
        using var folder = new TemporaryDirectory();
        folder.AddFile("free");
        folder.AddFile("flocked");
        using var locked = new FileStream(folder.At("flocked"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var options = new Cairn.Files.Walking.FileTreeOptions
        {
            Sources = [folder.Bytes], LockWait = TimeSpan.FromMilliseconds(50),
        };
        var marks = Open(options);
        Assert.Equal((EntryMarks.UnlockedCopy, EntryMarks.None), (marks["flocked"], marks["free"]));
        Assert.Equal(EntryMarks.None, Open(options with { LockWait = null })["flocked"]);
        locked.Dispose();
        Assert.Equal(EntryMarks.None, Open(options)["flocked"]);
    }

    static Dictionary<string, EntryMarks> Open(Cairn.Files.Walking.FileTreeOptions options)
    {
        var marks = new Dictionary<string, EntryMarks>();
        var source = new Cairn.Files.Walking.FileTreeSource(options);
        foreach (var batch in source.Walk(new Walked(), TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                foreach (var entry in batch.Entries.Where(entry => entry.Kind == EntryKind.File))
                {
                    batch.Open(entry).Dispose();
                    marks.Add(Walked.Text(entry.Name), entry.Marks);
                }
            }
        }
        return marks;
    }

    static string[] Names(IReadOnlyList<ExtendedAttribute> attributes) =>
        [.. attributes.Select(attribute => Walked.Text(attribute.Name)).Where(
            name => !name.StartsWith("security.", StringComparison.Ordinal))];

    static ExtendedAttribute Attribute(string name, string value) => new(Walked.Bytes(name), Walked.Bytes(value));

    static Entry Entry(
        string name, EntryKind kind = EntryKind.File, ushort mode = 0x1A4,
        params ExtendedAttribute[] attributes) => new()
        {
            Name = Walked.Bytes(name), Kind = kind, Mode = mode, Owner = new Owner(0, 0, "", ""),
            Modified = new FileTime(1, 2), Size = kind == EntryKind.File ? 1 : 0, Attributes = attributes,
        };
}
