using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;
using Cairn.Engine.Sources;
using Cairn.Testing;

namespace Cairn.Tests.Snapshots;

public sealed class SnapshotCodecTests
{
    static readonly DateTimeOffset Time = new(2026, 1, 31, 12, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void A_snapshot_decodes_to_what_it_was()
    {
        var info = Sample();
        var decoded = SnapshotCodec.Decode(default, SnapshotCodec.Encode(info));
        Assert.Equal(info.Time, decoded.Time);
        Assert.Equal(info.Finished, decoded.Finished);
        Assert.Equal(["a", "b"], decoded.Tags);
        Assert.Equal(info.Roots.Select(root => root.ToArray()), decoded.Roots.Select(root => root.ToArray()));
        Assert.Equal(info.Manifest, decoded.Manifest);
        Assert.Equal(info.ManifestLevel, decoded.ManifestLevel);
        Assert.Equal(info.Statistics, decoded.Statistics);
        Assert.Equal(info.Problems[0].Message, decoded.Problems[0].Message);
        Assert.Equal(info.Problems[0].Path.ToArray(), decoded.Problems[0].Path.ToArray());
        Assert.Equal(info.Parent, decoded.Parent);
        Assert.Equal(
            (info.HostName, info.UserName, info.Source, info.Program, info.ProblemCount),
            (decoded.HostName, decoded.UserName, decoded.Source, decoded.Program, decoded.ProblemCount));
    }

    [Fact]
    public void Anything_else_is_refused()
    {
        var encoded = SnapshotCodec.Encode(Sample());
        Assert.Throws<FormatViolationException>(() => SnapshotCodec.Decode(default, [.. encoded, 0]));
        Assert.Throws<FormatViolationException>(
            () => SnapshotCodec.Decode(default, encoded.AsSpan(0, encoded.Length - 1)));
        Assert.Throws<FormatViolationException>(() => SnapshotCodec.Decode(default, []));
        Assert.Throws<FormatViolationException>(
            () => SnapshotCodec.Decode(default, SnapshotCodec.Encode(Sample() with { ManifestLevel = 8 })));
        Assert.Throws<FormatViolationException>(
            () => SnapshotCodec.Decode(default, SnapshotCodec.Encode(Sample() with { ProblemCount = 0 })));
    }

    static SnapshotInfo Sample()
    {
        var random = new SeededRandom(3);
        return new SnapshotInfo
        {
            Name = default, Time = Time, Finished = Time.AddSeconds(5), HostName = "host", UserName = "user",
            Source = "source",
            Roots = [new byte[] { (byte)'/', 0xff }], Tags = ["b", "a"], Manifest = new BlobId(random.Bytes(32)),
            ManifestLevel = 2, Statistics = new SnapshotStatistics { Files = 1, Bytes = 5_000_000_000 },
            Problems = [new SourceProblem(new byte[] { (byte)'/', 1 }, "permission denied", IsError: true)],
            ProblemCount = 7,
            Program = "cairn 0.1.0", Parent = new ObjectHash(random.Bytes(32)),
        };
    }
}
