using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;
using Cairn.Engine.Snapshots;

namespace Cairn.Tests.Operations.Forget;

/// <summary>Snapshots that are nothing but their time, source and labels.</summary>
static class Dated
{
    public static readonly DateTimeOffset Now = new(2026, 3, 15, 12, 0, 0, TimeSpan.Zero);

    static ulong s_last;

    public static SnapshotInfo Snapshot(
        DateTimeOffset time, string source = "host:/home", byte host = 1, params string[] tags)
    {
        var hash = new byte[ObjectHash.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(hash, Interlocked.Increment(ref s_last));
        return new SnapshotInfo
        {
            Name = new SnapshotName(
                new SignerId(new Bytes16(0, host)), new Ulid(hash.AsSpan(0, Ulid.Size)), new ObjectHash(hash),
                new ObjectHash(hash)),
            Time = time, Finished = time.AddMinutes(5), HostName = "host", UserName = "someone", Source = source,
            Roots = [], Tags = tags, Manifest = default, ManifestLevel = 0, Statistics = new SnapshotStatistics(),
            Problems = [], ProblemCount = 0, Program = "tests", Parent = null,
        };
    }

    /// <summary>One a day at noon for so many days, the newest last.</summary>
    public static List<SnapshotInfo> Daily(int days) =>
        [.. Enumerable.Range(0, days).Select(day => Snapshot(Now.AddDays(day - days + 1)))];

    public static List<(SnapshotInfo, DateTimeOffset)> Trusted(IEnumerable<SnapshotInfo> snapshots) =>
        [.. snapshots.Select(snapshot => (snapshot, snapshot.Time))];
}
