using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Restoring;

namespace Cairn.Tests.Files;

public class OverwriteTests
{
    [Theory]
    [InlineData(OverwriteRule.Never, true, true, false)]
    [InlineData(OverwriteRule.IfNewer, true, false, false)]
    [InlineData(OverwriteRule.IfChanged, false, false, true)]
    [InlineData(OverwriteRule.Always, false, false, false)]
    public void Each_rule_keeps_what_it_says(OverwriteRule rule, bool keepsNewer, bool keepsOlder, bool sameIsThere)
    {
        using var folder = new TemporaryDirectory();
        folder.AddFile("t/newer", "own");
        folder.AddFile("t/older", "own");
        folder.Run("sh", "-c", "touch -d @2000 t/newer; touch -d @500 t/older");
        using var target = Open(folder, rule);
        target.WriteFile("same"u8, Entry("same"), "new"u8);
        Assert.Equal(keepsNewer, target.Keeps("newer"u8, Entry("newer")));
        Assert.Equal(keepsOlder, target.Keeps("older"u8, Entry("older")));
        Assert.Equal(
            rule is OverwriteRule.Never or OverwriteRule.IfNewer, target.Keeps("same"u8, Entry("same")));
        Assert.False(target.Keeps("missing"u8, Entry("missing")));
        Assert.Equal(sameIsThere || rule < OverwriteRule.IfChanged, target.IsAlreadyRestored("same"u8, Entry("same")));
        if (rule == OverwriteRule.Never)
            Assert.Throws<RestoreWriteException>(() => target.WriteFile("older"u8, Entry("older"), "new"u8));
        else
            target.WriteFile("older"u8, Entry("older"), "new"u8);
        Assert.Equal(rule == OverwriteRule.Never ? "own" : "new", File.ReadAllText(folder.At("t/older")));
        Assert.Equal(3, Directory.GetFileSystemEntries(folder.At("t")).Length);
    }

    [Fact]
    public void A_directory_that_is_kept_keeps_its_mode()
    {
        using var folder = new TemporaryDirectory();
        folder.AddDirectory("t/d");
        folder.Run("chmod", "711", "t/d");
        using var target = Open(folder, OverwriteRule.Never);
        foreach (var name in new[] { "d", "e" })
        {
            target.CreateDirectory(Walked.Bytes(name));
            target.WriteFile(Walked.Bytes($"{name}/f"), Entry("f"), "new"u8);
            target.FinishDirectory(Walked.Bytes(name), Entry(name, EntryKind.Directory, mode: 0x140));
        }
        Assert.Equal("711\n500\n", folder.Run("stat", "-c", "%a", "t/d", "t/e"));
    }

    [Fact]
    public void Nothing_has_its_name_before_it_is_whole_and_remains_are_taken_away()
    {
        using var folder = new TemporaryDirectory();
        using (var target = Open(folder, OverwriteRule.Refuse))
        {
            var killed = target.CreateFile("f"u8, Entry("f"));
            killed.Write(0, "ne"u8);
            var name = Assert.Single(Directory.GetFiles(folder.At("t")));
            Assert.StartsWith(".cairn-restore-", Path.GetFileName(name), StringComparison.Ordinal);
            folder.Run("cp", "-r", "t", "killed");
            killed.Dispose();
            Assert.Empty(Directory.GetFiles(folder.At("t")));
        }
        folder.Run("cp", "-r", "killed/.", "t");
        using var next = Open(folder, OverwriteRule.IfChanged);
        next.WriteFile("f"u8, Entry("f"), "new"u8);
        Assert.Equal("f", Path.GetFileName(Assert.Single(Directory.GetFiles(folder.At("t")))));
    }

    [Fact]
    public void Remains_that_were_backed_up_are_restored_like_anything_else()
    {
        using var folder = new TemporaryDirectory();
        string remains;
        using (var target = Open(folder, OverwriteRule.IfChanged))
        using (target.CreateFile("f"u8, Entry("f")))
            remains = Path.GetFileName(Assert.Single(Directory.GetFiles(folder.At("t"))));
        using var restore = Open(folder, OverwriteRule.IfChanged);
        Assert.False(restore.IsAlreadyRestored(Walked.Bytes(remains), Entry(remains)));
        restore.WriteFile(Walked.Bytes(remains), Entry(remains), "old"u8);
        Assert.False(restore.IsAlreadyRestored("f"u8, Entry("f")));
        restore.WriteFile("f"u8, Entry("f"), "new"u8);
        Assert.Equal("old", File.ReadAllText(folder.At($"t/{remains}")));
        Assert.Equal("new", File.ReadAllText(folder.At("t/f")));
    }

    [Fact]
    public void Without_owners_set_id_bits_stay_off_and_nothing_else_does()
    {
        if (Environment.UserName != "root")
            Assert.Skip("giving files away needs root");
        using var folder = new TemporaryDirectory();
        using var target = DirectoryTarget.Open(folder.BytesAt("t"), new() { NoOwner = true });
        target.WriteFile("f"u8, Entry("f", mode: 0xDED, user: 1234), "new"u8);
        Assert.Equal("0 0 755\n", folder.Run("stat", "-c", "%u %g %a", "t/f"));
        Assert.Contains("set-user-id", Assert.Single(target.Shortfalls), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_removed_is_not_what_a_link_leads_to()
    {
        using var folder = new TemporaryDirectory();
        folder.AddFile("outside/kept");
        folder.AddFile("t/d/e/f");
        folder.Run("sh", "-c", "ln -s ../../outside t/d/link; ln -s ../outside t/link");
        using var target = Open(folder, OverwriteRule.IfChanged);
        Assert.Equal(["d", "link"], target.List([]).Select(child => Walked.Text(child.Name)));
        Assert.Empty(target.List("link"u8));
        Assert.Throws<RestoreWriteException>(() => target.Remove("link/kept"u8));
        Assert.Throws<RestoreWriteException>(() => target.Remove("../outside"u8));
        target.Remove("d"u8);
        target.Remove("link"u8);
        Assert.Empty(Directory.GetFileSystemEntries(folder.At("t")));
        Assert.True(File.Exists(folder.At("outside/kept")));
    }

    static DirectoryTarget Open(TemporaryDirectory folder, OverwriteRule rule) =>
        DirectoryTarget.Open(folder.BytesAt("t"), new RestoreTargetOptions { Overwrite = rule });

    static Entry Entry(string name, EntryKind kind = EntryKind.File, ushort mode = 0x1A4, uint user = 0) => new()
    {
        Name = Walked.Bytes(name), Kind = kind, Mode = mode, Owner = new Owner(user, user, "", ""),
        Modified = new FileTime(1000, 0), Size = kind == EntryKind.File ? 3 : 0,
    };
}
