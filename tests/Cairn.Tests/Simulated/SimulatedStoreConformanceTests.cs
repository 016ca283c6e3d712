using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.Stores;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public abstract class SimulatedStoreConformance(BucketOptions options) : ObjectStoreConformance
{
    protected EagerTime Time { get; } = new();

    protected SimulatedBucket Bucket => field ??= new SimulatedBucket(Time, options);

    protected override IObjectStore SecondClient =>
        field ??= new SimulatedStore(Bucket, new Caller("second", new Grant(S3Actions.All)));

    protected override ValueTask<IObjectStore> CreateAsync() => new(new SimulatedStore(Bucket));

    protected override bool PlantForeign(string name, byte[] content)
    {
        Bucket.Put(Caller.Owner, new PutRequest(name, content).WithSha256());
        return true;
    }
}

public class SimulatedStoreConformanceTests() : SimulatedStoreConformance(new BucketOptions());

public class UnversionedSimulatedStoreConformanceTests()
    : SimulatedStoreConformance(new BucketOptions { HasVersions = false });

public class LockedSimulatedStoreConformanceTests()
    : SimulatedStoreConformance(new BucketOptions
    {
        HasObjectLock = true, DefaultRetention = new DefaultRetention(LockMode.Compliance, 30), PageMax = 7,
    });

/// <summary>
/// A third of all calls fail; retrying must hide all of it. Pages are large, because a listing that breaks begins
/// anew: of many small pages one would always fail before the last.
/// </summary>
public class WildSimulatedStoreConformanceTests() : SimulatedStoreConformance(new BucketOptions())
{
    const ulong Seed = 20260131;

    protected override bool TellsWhoStored => false;

    protected override ValueTask<IObjectStore> CreateAsync()
    {
        var wild = new SimulatedStore(Bucket, faults: FaultPlan.Random(Seed, FaultRates.Wild));
        var random = new SeededRandom(Seed);
        return new(new RetryingStore(
            wild, new RetryOptions { AttemptsMax = 60, Patience = TimeSpan.FromDays(1) }, Time,
            () => random.NextInt(1000) / 1000.0));
    }
}
