using Cairn.Testing;
using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Simulation.Worlds;

/// <summary>What other tools do with a bucket (rsync, rclone, a provider's replication): copy objects, one by one, that
/// mean nothing to them. Times and older versions stay behind.</summary>
static class BucketCopy
{
    public static SimulatedBucket Make(World world, IEnumerable<ObjectVersion> objects)
    {
        var copy = NewBucket(world);
        foreach (var version in objects)
            Add(copy, version);
        return copy;
    }

    /// <summary>While others go on: so it may hold what was never there at one time.</summary>
    /// <param name="between">The longest pause between two objects.</param>
    public static async Task<SimulatedBucket> MakeSlowlyAsync(World world, SeededRandom random, TimeSpan between)
    {
        var (from, copy) = (world.Bucket, NewBucket(world));
        var names = Current(from).Select(version => version.Key).ToList();
        // Some tools go by name, others work on many at a time.
        if (random.NextInt(2) == 0)
            names = [.. names.OrderBy(_ => random.NextUInt64())];
        foreach (var name in names)
        {
            await world.WaitAsync(random, between);
            if (from.Versions(name) is [.., { IsDeleteMarker: false } version])
                Add(copy, version);
        }
        return copy;
    }

    /// <summary>What a listing shows.</summary>
    public static IEnumerable<ObjectVersion> Current(SimulatedBucket bucket) => bucket.Versions()
        .GroupBy(version => version.Key, StringComparer.Ordinal).Select(versions => versions.Last())
        .Where(version => !version.IsDeleteMarker);

    /// <summary>What a listing showed behind that operation.</summary>
    public static IEnumerable<ObjectVersion> CurrentAt(SimulatedBucket bucket, long operation) => bucket.Versions()
        .Where(version => version.Operation <= operation)
        .GroupBy(version => version.Key, StringComparer.Ordinal).Select(versions => versions.Last())
        .Where(version => !version.IsDeleteMarker);

    static SimulatedBucket NewBucket(World world) => new(world.Clock, world.Bucket.Options);

    static void Add(SimulatedBucket copy, ObjectVersion version) =>
        copy.Put(Caller.Owner, new PutRequest(version.Key, version.Content).WithSha256());
}
