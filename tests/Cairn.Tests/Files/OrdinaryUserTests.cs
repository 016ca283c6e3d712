using System.Runtime.InteropServices;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Cairn.Files.Restoring;

namespace Cairn.Tests.Files;

/// <summary>
/// What an ordinary user may not do. As root the test puts off its rights for one thread only, as Linux keeps them
/// for each (setfsuid takes the capabilities over files along); as an ordinary user it just runs.
/// </summary>
public partial class OrdinaryUserTests
{
    const uint Nobody = 65534;

    [Fact]
    public void An_unreadable_directory_is_reported_marked_and_the_rest_goes_on()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("a/closed/file");
        temporary.AddFile("a/listed-only/file");
        temporary.AddFile("a/z/file");
        temporary.Run("sh", "-c", "chmod 755 . && chmod 0 a/closed && chmod 444 a/listed-only");
        var walked = AsNobody(() => Walked.Walk(temporary.Bytes));
        Assert.Equal(["a", "a/closed", "a/listed-only", "a/z", "a/z/file"], walked.Below(temporary.Path));
        Assert.Equal(2, walked.Problems.Count);
        Assert.All(walked.Problems, problem => Assert.True(problem.IsError));
        Assert.Equal(temporary.BytesAt("a/closed"), walked.Problems[0].Path.ToArray());
        Assert.Contains("permission denied", walked.Problems[0].Message, StringComparison.Ordinal);
        Assert.Equal(EntryMarks.Incomplete, walked.Get(temporary.At("a/closed")).Marks);
        Assert.Equal(EntryMarks.None, walked.Get(temporary.At("a/z")).Marks);
        temporary.Run("chmod", "-R", "755", "a");
    }

    [Fact]
    public void An_unreadable_file_is_refused_when_opened_and_foreign_ones_are_read()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("closed");
        temporary.AddFile("open", "readable");
        temporary.Run("sh", "-c", "chmod 755 . && chmod 0 closed");
        var seen = AsNobody(() =>
        {
            var seen = new List<string>();
            Walked.Walk([temporary.Bytes], selection: null, onBatch: batch =>
            {
                foreach (var entry in batch.Entries.Where(entry => entry.Kind == EntryKind.File))
                {
                    try
                    {
                        seen.Add(Convert.ToHexString(Walked.ReadAll(batch, entry)));
                    }
                    catch (SourceReadException error)
                    {
                        seen.Add($"{error.Message} {error.Vanished}");
                    }
                }
            });
            return seen;
        });
        Assert.Equal(["cannot be opened: permission denied False", Convert.ToHexString("readable"u8)], seen);
    }

    [Fact]
    public void A_source_that_cannot_be_listed_stops_the_walk()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddDirectory("closed");
        temporary.Run("sh", "-c", "chmod 755 . && chmod 0 closed");
        var error = AsNobody(() => Record.Exception(() => Walked.Walk(temporary.BytesAt("closed"))));
        Assert.IsType<SourceMissingException>(error);
        Assert.Contains("permission denied", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Passing_through_an_unlistable_directory_to_a_source_is_enough()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddFile("through/source/file");
        temporary.Run("sh", "-c", "chmod 755 . && chmod 711 through");
        var walked = AsNobody(() => Walked.Walk(temporary.BytesAt("through/source")));
        Assert.Equal("", walked.ProblemTexts());
        Assert.Contains("through/source/file", walked.Below(temporary.Path));
    }

    [Fact]
    public void Owners_that_only_root_may_set_are_one_shortfall_and_take_the_set_id_bits_along()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddDirectory("t");
        temporary.Run("chmod", "777", ".", "t");
        var owner = new Owner(0, 0, "root", "root");
        AsNobody(() =>
        {
            using var restore = DirectoryTarget.Open(temporary.BytesAt("t"), new RestoreTargetOptions());
            foreach (var name in new[] { "a", "b", "c" })
                restore.WriteFile(Walked.Bytes(name), Entry(name, 0xDED, owner), "x"u8);
            restore.CreateDirectory("d"u8);
            restore.FinishDirectory("d"u8, Entry("d", 0x140, owner, EntryKind.Directory));
            Assert.Equal(2, restore.Shortfalls.Count);
            Assert.Contains("the owner could not be set: 4 entries, first a", restore.Shortfalls);
            return 0;
        });
        Assert.Equal("755 1000000000\n500 1000000000\n", temporary.Run("stat", "-c", "%a %Y", "t/a", "t/d"));
    }

    [Fact]
    public void A_directory_finished_read_only_is_continued()
    {
        using var temporary = new TemporaryDirectory();
        temporary.AddDirectory("t");
        temporary.Run("chmod", "777", ".", "t");
        var owner = new Owner(Nobody, Nobody, "", "");
        AsNobody(() =>
        {
            for (var round = 0; round < 2; round++)
            {
                var options = new RestoreTargetOptions { Overwrite = OverwriteRule.IfChanged };
                using var restore = DirectoryTarget.Open(temporary.BytesAt("t"), options);
                restore.CreateDirectory("d"u8);
                restore.WriteFile("d/f"u8, Entry("f", 0x100, owner), "x"u8);
                restore.FinishDirectory("d"u8, Entry("d", 0x140, owner, EntryKind.Directory));
            }
            return 0;
        });
        Assert.Equal("500\n400\n", temporary.Run("stat", "-c", "%a", "t/d", "t/d/f"));
    }

    static Entry Entry(string name, ushort mode, Owner owner, EntryKind kind = EntryKind.File) => new()
    {
        Name = Walked.Bytes(name),
        Kind = kind,
        Mode = mode,
        Owner = owner,
        Modified = new FileTime(1_000_000_000, 0),
        Size = kind == EntryKind.File ? 1 : 0,
    };

    static T AsNobody<T>(Func<T> action)
    {
        T result = default!;
        Exception? failure = null;
        // A thread of its own, never given back to the pool, so that nothing else runs with these rights.
        var thread = new Thread(() =>
        {
            if (Environment.UserName == "root")
            {
                setfsgid(Nobody);
                setfsuid(Nobody);
            }
            failure = Record.Exception(() => { result = action(); });
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return result;
    }

    [LibraryImport("libc")]
    private static partial int setfsuid(uint user);

    [LibraryImport("libc")]
    private static partial int setfsgid(uint group);
}
