using Cairn.Engine.Entries;
using Cairn.Files.Walking;

namespace Cairn.Tests.Files;

[Collection(Measured.Name)]
public class WalkLimitsTests
{
    [Fact]
    public void A_hundred_thousand_files_in_one_directory_take_little_memory()
    {
        using var temporary = new TemporaryDirectory();
        temporary.Run("sh", "-c", "seq -f 'file-%09.0f' 1 100000 | xargs touch");
        var options = new FileTreeOptions { Sources = [temporary.Bytes] };
        var count = 0;
        var last = "";
        long liveMax = 0;
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var batch in new FileTreeSource(options).Walk(new Walked(), TestContext.Current.CancellationToken))
        {
            foreach (var entry in batch.Entries.Where(entry => entry.Kind == EntryKind.File))
            {
                count++;
                var name = Walked.Text(entry.Name);
                Assert.True(string.CompareOrdinal(last, name) < 0, $"{last} stands before {name}");
                last = name;
            }
            Assert.InRange(batch.Entries.Count, 0, 1024);
            batch.Dispose();
            if (count % 20_480 == 0)
                liveMax = Math.Max(liveMax, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        Assert.Equal(100_000, count);
        // Entries alone would be more than 20 MB.
        Assert.InRange(liveMax, 0, 8 << 20);
    }

    [Fact]
    public void Five_hundred_levels_beyond_the_longest_path_are_walked_and_come_back()
    {
        using var temporary = new TemporaryDirectory();
        // Every level has a sibling after the deep child, so that each is reached again on the way back.
        temporary.Run("sh", "-c",
            "i=0; while [ $i -lt 500 ]; do mkdir level-of-a-deep-tree z && echo $i > z/file"
            + " && cd -P level-of-a-deep-tree || exit 1; i=$((i+1)); done; echo end > bottom");
        var walked = Walked.Walk([temporary.Bytes], selection: null, read: true);
        Assert.Equal("", walked.ProblemTexts());
        Assert.Equal(501, walked.Contents.Count);
        Assert.Equal("end\n"u8.ToArray(), walked.Contents.Single(pair => pair.Key.EndsWith("/bottom")).Value);
        Assert.True(walked.All.Max(item => item.Directory.Length) > 4096);
        var siblings = walked.All.Where(item => item.Name == "file").Select(item => item.Directory.Length).ToList();
        Assert.Equal(siblings.OrderDescending(), siblings);
    }

    [Fact]
    public void A_directory_moved_during_the_walk_does_not_lead_it_astray()
    {
        using var temporary = new TemporaryDirectory();
        temporary.Run("sh", "-c", "mkdir t other && cd t && i=0; while [ $i -lt 100 ]; do mkdir a z && touch z/f"
            + " && cd -P a || exit 1; i=$((i+1)); done; touch bottom");
        var moved = false;
        var walked = Walked.Walk([temporary.BytesAt("t")], selection: null, onBatch: batch =>
        {
            if (moved || batch.Entries.All(entry => Walked.Text(entry.Name) != "bottom"))
                return;
            moved = true;
            temporary.Run("mv", "t/" + string.Join('/', Enumerable.Repeat("a", 20)), "other/moved");
        });
        Assert.True(moved);
        Assert.Equal("", walked.ProblemTexts());
        // Above the move ".." leads elsewhere, and they are found again from the root.
        for (var depth = 0; depth < 100; depth++)
        {
            var directory = temporary.At("t")[1..] + string.Concat(Enumerable.Repeat("/a", depth)) + "/z";
            Assert.Contains(walked.All, item => item.Directory == directory && item.Name == "f");
        }
    }

    [Fact]
    public void What_vanishes_between_listing_and_looking_is_a_note()
    {
        using var temporary = new TemporaryDirectory();
        temporary.Run("sh", "-c", "mkdir d && cd d && seq -f 'f%05.0f' 1 3000 | xargs touch");
        temporary.AddFile("e/inside/file");
        var first = true;
        var walked = Walked.Walk([temporary.Bytes], selection: null, onBatch: batch =>
        {
            if (!Walked.Text(batch.DirectoryPath).EndsWith("/d", StringComparison.Ordinal) || !first)
                return;
            first = false;
            Assert.False(batch.IsLast);
            temporary.Run("sh", "-c", "rm d/f02999 d/f03000 && rm -r e");
        });
        Assert.Equal(3, walked.Problems.Count);
        Assert.All(walked.Problems, problem => Assert.False(problem.IsError));
        Assert.Equal(2998, walked.All.Count(item => item.Directory.EndsWith("/d", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_walk_leaves_no_directory_open()
    {
        using var temporary = new TemporaryDirectory();
        for (var i = 0; i < 50; i++)
            temporary.AddFile($"d{i}/e/f");
        Walked.Walk(temporary.Bytes);
        var options = new FileTreeOptions { Sources = [temporary.Bytes] };
        foreach (var batch in new FileTreeSource(options).Walk(new Walked(), TestContext.Current.CancellationToken))
        {
            batch.Dispose();
            if (Walked.Text(batch.DirectoryPath).EndsWith("/e", StringComparison.Ordinal))
                break; // given up in the middle
        }
        var open = Directory.GetFiles("/proc/self/fd").Select(link => File.ResolveLinkTarget(link, false)?.FullName);
        Assert.DoesNotContain(open, target => target?.StartsWith(temporary.Path, StringComparison.Ordinal) == true);
    }
}
