using Cairn.Engine.Crypto;
using Cairn.Engine.Operations.Init;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage.Decorators;
using Cairn.Testing;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class RepositoryRightsTests
{
    const ulong Seed = 11;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repository_made_in_wild_weather_is_opened_with_no_more_than_a_hosts_rights()
    {
        var (time, random) = (new EagerTime(), new SeededRandom(Seed));
        var environment = new EngineEnvironment(time, random, new BufferPool());
        var bucket = new SimulatedBucket(time, BucketOptions.Locked with
        {
            DefaultRetention = new DefaultRetention(LockMode.Compliance, 30),
        });
        var plan = FaultPlan.Random(Seed, FaultRates.Wild);
        await using var owner = Retrying(new SimulatedStore(bucket, faults: plan), time);
        using var passphrase = SecretKey.CopyFrom("correct horse"u8);
        var options = new InitOptions
        {
            HostName = "h1", Passphrase = passphrase,
            PassphraseParameters = PassphraseParameters.TryCreate(
                new PassphraseSalt(random.Bytes(PassphraseSalt.Size)), PassphraseParameters.MemoryKiBMin,
                PassphraseParameters.PassesMin, PassphraseParameters.Lanes),
        };
        var init = await InitOperation.RunAsync(owner, options, environment, Token);
        await using var host = Retrying(new SimulatedStore(bucket, CairnRoles.Host("h1"), plan), time);
        using (var repository =
            await RepositoryOpener.OpenWithCredentialAsync(host, init.Credential, environment, Token))
            Assert.Equal("h1", repository.RequireHost().Name);
        Assert.All(bucket.Versions(), version => Assert.Equal("owner", version.Writer));
    }

    static RetryingStore Retrying(SimulatedStore store, EagerTime time) =>
        new(store, new RetryOptions { AttemptsMax = 60, Patience = TimeSpan.FromDays(1) }, time, () => 0.5);
}
