using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Tests.Operations.Leases;

/// <summary>Looks at each renewal: of what, how early, how often, by how many requests.</summary>
sealed class RenewalJudge(LeaseWorld world)
{
    readonly Dictionary<string, (int Day, int Renewals)> _objects = [];
    int _renewals, _firstRenewal = int.MaxValue, _requests;

    /// <summary>Packs that were condemned because nothing needed them and their locks ran out.</summary>
    public int Condemned { get; private set; }

    /// <summary>A daily run.</summary>
    public async Task<LiveObjects> RenewAsync(int day)
    {
        var live = await LiveObjects.FindAsync(world);
        var before = world.Locks();
        foreach (var key in before.Keys)
            _objects.TryAdd(key, (day, 0));
        var (now, asked) = (world.Bucket.Now, world.Bucket.Log.Count("PutObjectRetention"));
        var result = await world.LeaseAsync();
        var requests = world.Bucket.Log.Count("PutObjectRetention") - asked;
        Assert.Empty(result.Gaps);
        Assert.Empty(result.Failures);
        Assert.Empty(result.Notes);
        Assert.Equal(0, result.Unprotected);
        Assert.Equal(requests, result.Renewed);
        Assert.All(result.Snapshots, lease => Assert.True(lease.Until >= now + world.Policy.Minimum));
        Assert.Equal(live.Snapshots, result.Snapshots.Count);
        Condemned += (int)result.Condemned.Packs;
        var renewed = Renewed(before, live, now);
        // One request each, and none for anything else.
        Assert.Equal(renewed, requests);
        _requests += requests;
        if (requests > 0 && _firstRenewal > day)
            _firstRenewal = day;
        return live;
    }

    /// <summary>Each object is renewed once whenever its slack runs out, and never else.</summary>
    public void AssertArithmetic(int days)
    {
        Assert.Equal(world.Policy.SlackDays, _firstRenewal);
        Assert.Equal(_requests, _renewals);
        foreach (var (key, (first, renewals)) in _objects)
            Assert.True(
                renewals <= (days - first) / world.Policy.SlackDays,
                $"{key}: there since day {first}, renewed {renewals} times");
        Assert.True(_requests > 0);
        // Each object was asked about once when it was first seen, by the run or by a prune.
        Assert.InRange(world.Bucket.Log.Count("GetObjectRetention"), 1, _objects.Count * 2);
        TestContext.Current.SendDiagnosticMessage(
            $"{_objects.Count} objects, {_requests} renewals, "
            + $"{world.Bucket.Log.Count("GetObjectRetention")} questions, {Condemned} packs condemned");
    }

    int Renewed(Dictionary<string, Retention?> before, LiveObjects live, DateTimeOffset now)
    {
        var renewed = 0;
        foreach (var (key, retention) in world.Locks())
        {
            if (!before.TryGetValue(key, out var old) || old == retention)
                continue;
            Assert.True(live.IsLive(key[..key.IndexOf('?')]), $"{key}: renewed, and nothing needs it");
            Assert.True(old!.RetainUntil < now + world.Policy.Minimum, $"{key}: renewed too early");
            Assert.Equal(now + world.Policy.Lock.Duration, retention!.RetainUntil);
            _objects[key] = (_objects[key].Day, _objects[key].Renewals + 1);
            renewed++;
        }
        _renewals += renewed;
        return renewed;
    }
}
