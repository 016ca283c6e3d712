using Cairn.Engine.Sources;
using Cairn.Files.Walking;

namespace Cairn.Tests.Files;

/// <summary>The walk that is ahead of who takes its batches.</summary>
public sealed class WalkAheadTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Who_stops_taking_ends_the_walk_and_no_descriptor_stays_open()
    {
        using var temporary = new TemporaryDirectory();
        temporary.Run("sh", "-c", "for i in $(seq 500); do mkdir -p many/$i/a && touch many/$i/a/f; done");
        foreach (var taken in (int[])[0, 1, 40])
        {
            var left = taken;
            foreach (var batch in Source(temporary).Walk(new Walked(), Token))
            {
                batch.Dispose();
                if (left-- == 0)
                    break;
            }
            Assert.Empty(OpenBelow(temporary.Path));
        }
    }

    [Fact]
    public void A_cancelled_walk_ends_for_who_waits_and_lets_go_what_it_had()
    {
        using var temporary = new TemporaryDirectory();
        temporary.Run("sh", "-c", "for i in $(seq 500); do mkdir -p many/$i/a && touch many/$i/a/f; done");
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (var batch in Source(temporary).Walk(new Walked(), cancellation.Token))
            {
                batch.Dispose();
                cancellation.Cancel();
            }
        });
        Assert.Empty(OpenBelow(temporary.Path));
    }

    [Fact]
    public void A_source_that_is_missing_is_told_to_who_takes_the_batches()
    {
        using var temporary = new TemporaryDirectory();
        var source = new FileTreeSource(new FileTreeOptions { Sources = [temporary.BytesAt("gone")] });
        Assert.Throws<SourceMissingException>(() => source.Walk(new Walked(), Token).Count());
    }

    static FileTreeSource Source(TemporaryDirectory temporary) =>
        new(new FileTreeOptions { Sources = [temporary.Bytes] });

    static List<string> OpenBelow(string folder) =>
        [.. Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(entry => new FileInfo(entry).LinkTarget ?? "")
            .Where(target => target.StartsWith(folder, StringComparison.Ordinal))];
}
