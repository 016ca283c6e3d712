using Cairn.Engine.Primitives;
using Cairn.Engine.State;
using Cairn.Storage.State;
using Cairn.Testing;
using Cairn.Testing.State;

namespace Cairn.Tests.State;

/// <summary>What the engine expects of a folder of state, for both implementations.</summary>
public abstract class StateFolderConformance
{
    protected abstract IStateFolder Folder { get; }

    [Fact]
    public void A_committed_file_is_read_back_in_slices()
    {
        Write("index.1", [1, 2, 3, 4, 5]);
        using var file = Folder.TryOpen("index.1");
        Assert.NotNull(file);
        Assert.Equal(5, file.Length);
        Assert.Equal([2, 3, 4], file.Slice(1, 3).ToArray());
        Assert.Empty(file.Slice(5, 0).ToArray());
        foreach (var (offset, length) in new[] { (0L, 6), (5L, 1), (-1L, 1), (0L, -1), (long.MaxValue, 1) })
            Assert.Throws<InvariantViolatedException>(() => file.Slice(offset, length).Length);
    }

    [Fact]
    public void An_empty_file_is_a_file()
    {
        Write("empty", []);
        using var file = Folder.TryOpen("empty");
        Assert.Equal(0, file!.Length);
        Assert.Empty(file.Slice(0, 0).ToArray());
    }

    [Fact]
    public void Before_the_commit_there_is_nothing_and_without_one_nothing_remains()
    {
        Assert.Empty(Folder.List());
        Assert.Null(Folder.TryOpen("a"));
        using (var writer = Folder.Create("a"))
        {
            writer.Write([1, 2]);
            Assert.Equal(2, writer.Position);
            Assert.Empty(Folder.List());
            Assert.Null(Folder.TryOpen("a"));
        }
        Assert.Empty(Folder.List());
        Assert.Null(Folder.TryOpen("a"));
    }

    [Fact]
    public void Files_are_listed_by_name_in_order()
    {
        foreach (var name in new[] { "b", "a-1", "a.1" })
            Write(name, [1]);
        Assert.Equal(["a-1", "a.1", "b"], Folder.List());
        Folder.Delete("a.1");
        Folder.Delete("a.1");
        Assert.Equal(["a-1", "b"], Folder.List());
    }

    [Fact]
    public void A_map_keeps_its_content_when_the_file_is_replaced_or_deleted()
    {
        Write("a", [1, 2, 3]);
        using var old = Folder.TryOpen("a")!;
        Write("a", [9]);
        using var young = Folder.TryOpen("a")!;
        Folder.Delete("a");
        Assert.Null(Folder.TryOpen("a"));
        Assert.Equal([1, 2, 3], old.Slice(0, 3).ToArray());
        Assert.Equal([9], young.Slice(0, 1).ToArray());
    }

    [Fact]
    public void After_disposal_nobody_reads()
    {
        Write("a", [1]);
        var file = Folder.TryOpen("a")!;
        file.Dispose();
        file.Dispose();
        Assert.Throws<InvariantViolatedException>(() => file.Slice(0, 1).Length);
    }

    [Fact]
    public void Many_small_writes_make_one_file()
    {
        using (var writer = Folder.Create("a"))
        {
            for (var i = 0; i < 300_000; i++)
                writer.Write([(byte)i, (byte)(i >> 8)]);
            Assert.Equal(600_000, writer.Position);
            writer.Commit();
        }
        using var file = Folder.TryOpen("a")!;
        Assert.Equal(600_000, file.Length);
        for (var i = 0; i < 300_000; i += 1234)
            Assert.Equal([(byte)i, (byte)(i >> 8)], file.Slice(2 * i, 2).ToArray());
    }

    protected void Write(string name, ReadOnlySpan<byte> content)
    {
        using var writer = Folder.Create(name);
        writer.Write(content);
        writer.Commit();
    }
}

public class MemoryStateFolderTests : StateFolderConformance
{
    readonly MemoryStateFolder _folder = new();

    protected override IStateFolder Folder => _folder;

    [Fact]
    public void Open_maps_are_counted_for_the_leak_check()
    {
        Write("a", [1]);
        var map = _folder.TryOpen("a")!;
        Assert.Equal(1, _folder.OpenMaps);
        map.Dispose();
        map.Dispose();
        Assert.Equal(0, _folder.OpenMaps);
    }
}

public sealed class FileStateFolderTests : StateFolderConformance, IDisposable
{
    readonly TemporaryFolder _temporary = new();

    string Path => System.IO.Path.Combine(_temporary.Path, "state", "repository");

    protected override IStateFolder Folder => field ??= new FileStateFolder(Path, TimeProvider.System);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Only_the_owner_may_enter_and_read()
    {
        Write("a", [1]);
        const UnixFileMode file = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(file | UnixFileMode.UserExecute, File.GetUnixFileMode(Path));
        Assert.Equal(file, File.GetUnixFileMode(System.IO.Path.Combine(Path, "a")));
    }

    [Fact]
    public void A_file_of_many_gigabytes_is_mapped_whole()
    {
        Write("sparse", [1]);
        using (var stream = File.OpenWrite(System.IO.Path.Combine(Path, "sparse")))
        {
            stream.Position = 20L << 30;
            stream.WriteByte(42);
        }
        using var file = Folder.TryOpen("sparse")!;
        Assert.Equal((20L << 30) + 1, file.Length);
        Assert.Equal([0, 42], file.Slice((20L << 30) - 1, 2).ToArray());
    }

    [Fact]
    public void Leftovers_of_crashes_are_not_listed_and_removed_when_days_old()
    {
        Directory.CreateDirectory(Path);
        foreach (var (name, days) in new[] { ("~old", -4), ("~young", -1) })
        {
            File.WriteAllBytes(System.IO.Path.Combine(Path, name), [1]);
            File.SetLastWriteTimeUtc(System.IO.Path.Combine(Path, name), DateTime.UtcNow.AddDays(days));
        }
        Assert.Empty(Folder.List());
        Write("a", [1]);
        Assert.Equal(["a"], Folder.List());
        Assert.False(File.Exists(System.IO.Path.Combine(Path, "~old")));
        Assert.True(File.Exists(System.IO.Path.Combine(Path, "~young")));
    }

    [Fact]
    public void A_name_that_could_leave_the_folder_is_a_bug_of_the_caller()
    {
        foreach (var name in new[] { "..", "a/b", "", "~x", "/etc/passwd" })
            Assert.Throws<InvariantViolatedException>(() => Folder.Create(name));
    }
}
