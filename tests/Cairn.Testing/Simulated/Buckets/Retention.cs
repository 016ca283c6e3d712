namespace Cairn.Testing.Simulated.Buckets;

public enum LockMode { Governance, Compliance }

/// <summary>A lock of one version.</summary>
public sealed record Retention(LockMode Mode, DateTimeOffset RetainUntil)
{
    static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(100 * 365.25);

    public bool IsActive(DateTimeOffset now) => now < RetainUntil;

    /// <summary>Whether a version under this lock may be removed, or the lock be weakened.</summary>
    public bool Yields(DateTimeOffset now, bool bypass) =>
        !IsActive(now) || (Mode == LockMode.Governance && bypass);

    /// <summary>The new lock of a version that has this one, or the refusal.</summary>
    public static void CheckChange(Retention? old, Retention? wanted, DateTimeOffset now, bool bypass)
    {
        wanted?.CheckDate(now);
        if (old is null || old.Yields(now, bypass))
            return;
        if (wanted is null || wanted.RetainUntil < old.RetainUntil || wanted.Mode < old.Mode)
            throw S3Errors.Locked();
    }

    public void CheckDate(DateTimeOffset now)
    {
        if (RetainUntil <= now)
            throw S3Errors.DateNotInFuture();
        if (RetainUntil - now > LongestPeriod)
            throw S3Errors.DateTooFar();
    }
}

/// <summary>What a bucket gives to every new version that brings no lock of its own.</summary>
public sealed record DefaultRetention(LockMode Mode, int Days)
{
    public Retention From(DateTimeOffset created) => new(Mode, created.AddDays(Days));
}
