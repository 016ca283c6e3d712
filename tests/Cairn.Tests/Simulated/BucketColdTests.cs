using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Time;

namespace Cairn.Tests.Simulated;

public class BucketColdTests
{
    readonly EagerTime _time = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    readonly SimulatedBucket _bucket;

    public BucketColdTests()
    {
        _bucket = new SimulatedBucket(_time);
        foreach (var storageClass in Enum.GetValues<StorageClass>())
            _bucket.Put(Caller.Owner, new PutRequest($"{storageClass}", [1]) { StorageClass = storageClass });
    }

    [Theory]
    [InlineData("Glacier")]
    [InlineData("DeepArchive")]
    public void What_is_cold_is_known_and_listed_but_not_read(string key)
    {
        Refused.With(403, "InvalidObjectState", () => _bucket.Get(Caller.Owner, key));
        Assert.Equal(1, _bucket.Head(Caller.Owner, key).Size);
        Assert.Contains(_bucket.ListObjects(Caller.Owner).Entries, listed => listed.Key == key);
    }

    [Theory]
    [InlineData("Standard")]
    [InlineData("StandardInfrequentAccess")]
    [InlineData("GlacierInstantRetrieval")]
    public void What_is_not_cold_is_read_and_cannot_be_restored(string key)
    {
        Assert.Equal(1, _bucket.Get(Caller.Owner, key).Body.Length);
        Refused.With(403, "InvalidObjectState", () => _bucket.Restore(Caller.Owner, key, days: 1));
    }

    [Theory]
    [InlineData("Glacier", RestoreTier.Expedited, 5)]
    [InlineData("Glacier", RestoreTier.Standard, 300)]
    [InlineData("Glacier", RestoreTier.Bulk, 720)]
    [InlineData("DeepArchive", RestoreTier.Standard, 720)]
    [InlineData("DeepArchive", RestoreTier.Bulk, 2880)]
    public void A_restore_takes_its_time_and_ends_at_the_midnight_behind_the_days(
        string key, RestoreTier tier, int minutes)
    {
        Assert.Equal(RestoreAnswer.Accepted, _bucket.Restore(Caller.Owner, key, days: 3, tier));
        _time.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromTicks(1));
        Assert.Equal(RestoreState.Ongoing, StateOf(key));
        Refused.With(403, "InvalidObjectState", () => _bucket.Get(Caller.Owner, key));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(RestoreState.Restored, StateOf(key));
        Assert.Equal(1, _bucket.Get(Caller.Owner, key).Body.Length);
        // 31 January at noon and three days: 3 February, rounded up.
        var expiry = new DateTimeOffset(2026, 2, 4, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(expiry, _bucket.Head(Caller.Owner, key).Restore!.Expiry);
        _time.Advance(expiry - _bucket.Now);
        Assert.Equal(RestoreState.None, StateOf(key));
        Refused.With(403, "InvalidObjectState", () => _bucket.Get(Caller.Owner, key));
        Assert.Equal(RestoreAnswer.Accepted, _bucket.Restore(Caller.Owner, key, days: 1, tier));
    }

    [Fact]
    public void A_copy_that_is_ready_after_its_days_lives_to_the_next_midnight()
    {
        _bucket.Restore(Caller.Owner, "DeepArchive", days: 1, RestoreTier.Bulk);
        _time.Advance(TimeSpan.FromHours(48));
        Assert.Equal(RestoreState.Restored, StateOf("DeepArchive"));
        _time.Advance(TimeSpan.FromHours(12));
        Assert.Equal(RestoreState.None, StateOf("DeepArchive"));
    }

    [Fact]
    public void Asking_again_while_it_is_under_way_is_409_unless_it_makes_it_faster()
    {
        _bucket.Restore(Caller.Owner, "Glacier", days: 1, RestoreTier.Bulk);
        Refused.With(
            409, "RestoreAlreadyInProgress",
            () => _bucket.Restore(Caller.Owner, "Glacier", days: 1, RestoreTier.Bulk));
        Assert.Equal(
            RestoreAnswer.Accepted, _bucket.Restore(Caller.Owner, "Glacier", days: 1, RestoreTier.Expedited));
        Refused.With(
            409, "RestoreAlreadyInProgress",
            () => _bucket.Restore(Caller.Owner, "Glacier", days: 1, RestoreTier.Standard));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(RestoreState.Restored, StateOf("Glacier"));
    }

    [Fact]
    public void Asking_again_for_a_copy_that_is_there_moves_its_end()
    {
        _bucket.Restore(Caller.Owner, "Glacier", days: 1);
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Equal(RestoreAnswer.AlreadyRestored, _bucket.Restore(Caller.Owner, "Glacier", days: 9));
        _time.Advance(TimeSpan.FromDays(9));
        Assert.Equal(RestoreState.Restored, StateOf("Glacier"));
    }

    [Fact]
    public void Restores_that_cannot_be_are_refused()
    {
        Refused.With(
            400, "InvalidArgument",
            () => _bucket.Restore(Caller.Owner, "DeepArchive", days: 1, RestoreTier.Expedited));
        Refused.With(400, "InvalidArgument", () => _bucket.Restore(Caller.Owner, "Glacier", days: 0));
        Refused.With(404, "NoSuchKey", () => _bucket.Restore(Caller.Owner, "none", days: 1));
        var reader = new Caller("reader", new Grant(S3Actions.GetObject));
        Refused.With(403, "AccessDenied", () => _bucket.Restore(reader, "Glacier", days: 1));
        _bucket.Options = _bucket.Options with { HasExpeditedCapacity = false };
        Refused.With(
            503, "GlacierExpeditedRetrievalNotAvailable",
            () => _bucket.Restore(Caller.Owner, "Glacier", days: 1, RestoreTier.Expedited));
        _bucket.Delete(Caller.Owner, "Glacier");
        Refused.With(405, "MethodNotAllowed", () => _bucket.Restore(Caller.Owner, "Glacier", days: 1));
    }

    RestoreState StateOf(string key) => _bucket.Head(Caller.Owner, key).RestoreStateAt(_bucket.Now);
}
