using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Simulation.Judging;

enum DamageKind
{
    /// <summary>One bit of some objects is another.</summary>
    BitsFlipped,
    ObjectsLost,
    /// <summary>The store is what it was some time ago.</summary>
    RolledBack,
    /// <summary>It was copied while others went on.</summary>
    TornCopy,
}

/// <summary>What a store did to a repository, on a copy of it.</summary>
/// <param name="Names">The objects that it hit.</param>
sealed record Damage(DamageKind Kind, SimulatedBucket Bucket, IReadOnlySet<string> Names)
{
    static readonly HashSet<string> None = [];

    /// <summary>Only data: nothing that says who may open the repository, and who may write.</summary>
    public bool SparesAccess => Kind is DamageKind.BitsFlipped or DamageKind.ObjectsLost
        && Names.All(name => DataPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));

    static readonly string[] DataPrefixes = ["packs/", "index/", "ledgers/", "snapshots/"];

    public static Damage Torn(SimulatedBucket copy) => new(DamageKind.TornCopy, copy, None);

    public static Damage Draw(World world, SeededRandom random)
    {
        var kind = (DamageKind)random.NextInt(3);
        // Of a bucket without versions the past is gone, and of one in which what lapses is removed.
        if (kind == DamageKind.RolledBack && world.Bucket.Options.HasVersions && world.Lease is null)
            return RollBack(world, random);
        var bucket = BucketCopy.Make(world, BucketCopy.Current(world.Bucket));
        var isLoss = random.NextInt(2) == 0;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var left = 1 + random.NextInt(3); left > 0; left--)
        {
            if (DrawObject(bucket, random) is not { } version || !names.Add(version.Key))
                continue;
            if (isLoss)
                bucket.Lose(version.Key, version.VersionId);
            else
                bucket.Corrupt(version.Key, version.VersionId, bytes => Flip(bytes, random));
        }
        return new Damage(isLoss ? DamageKind.ObjectsLost : DamageKind.BitsFlipped, bucket, names);
    }

    static Damage RollBack(World world, SeededRandom random)
    {
        // Not to before the repository was made.
        var operations = world.Bucket.Versions().Select(version => version.Operation)
            .Where(operation => operation > world.InitOperations).Order().ToList();
        var to = operations.Count == 0 ? long.MaxValue : operations[random.NextInt(operations.Count)];
        return new Damage(
            DamageKind.RolledBack, BucketCopy.Make(world, BucketCopy.CurrentAt(world.Bucket, to)), None);
    }

    // Each kind of object is hit as often as any other.
    static ObjectVersion? DrawObject(SimulatedBucket bucket, SeededRandom random)
    {
        var kinds = BucketCopy.Current(bucket).GroupBy(version => version.Key.Split('/')[0]).ToList();
        if (kinds.Count == 0)
            return null;
        var kind = kinds[random.NextInt(kinds.Count)].ToList();
        return kind[random.NextInt(kind.Count)];
    }

    static byte[] Flip(byte[] bytes, SeededRandom random)
    {
        if (bytes.Length > 0)
            bytes[random.NextInt(bytes.Length)] ^= (byte)(1 << random.NextInt(8));
        return bytes;
    }

    public override string ToString() =>
        $"{Kind}{(Names.Count == 0 ? "" : $" ({string.Join(", ", Names.Order(StringComparer.Ordinal))})")}";
}
