namespace Cairn.Testing.Simulated.Buckets;

public enum RestoreState { None, Ongoing, Restored }

/// <summary>
/// The one restore that a version can have: under way until <see cref="ReadyAt"/>, a readable copy until
/// <see cref="Expiry"/>, then nothing again.
/// </summary>
public sealed record RestoreJob(RestoreTier Tier, int Days, DateTimeOffset ReadyAt, DateTimeOffset Expiry)
{
    public RestoreState StateAt(DateTimeOffset now) =>
        now < ReadyAt ? RestoreState.Ongoing : now < Expiry ? RestoreState.Restored : RestoreState.None;

    public static RestoreJob Begin(StorageClass storageClass, RestoreTier tier, int days, DateTimeOffset now)
    {
        var readyAt = now + storageClass.RestoreTime(tier);
        return new RestoreJob(tier, days, readyAt, ExpiryOf(now, days, readyAt));
    }

    /// <summary>Once the copy is there, asking again moves its end, even to an earlier day.</summary>
    public RestoreJob Again(int days, DateTimeOffset now) =>
        this with { Days = days, Expiry = ExpiryOf(now, days, ReadyAt) };

    /// <summary>While it is under way it can be made faster, and nothing else.</summary>
    public RestoreJob Faster(StorageClass storageClass, RestoreTier tier, DateTimeOffset now)
    {
        if (tier <= Tier)
            throw S3Errors.RestoreInProgress();
        var readyAt = now + storageClass.RestoreTime(tier);
        return this with { Tier = tier, ReadyAt = readyAt < ReadyAt ? readyAt : ReadyAt };
    }

    // S3 counts the days from the request. Where that is over before a slow copy is ready, the copy lives to the next
    // midnight: the least that can be meant.
    static DateTimeOffset ExpiryOf(DateTimeOffset now, int days, DateTimeOffset readyAt)
    {
        var counted = ServerTime.NextMidnight(now.AddDays(days));
        return counted > readyAt ? counted : ServerTime.NextMidnight(readyAt);
    }
}
