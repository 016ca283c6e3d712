using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Testing.Simulated.Stores;

/// <summary>The rights that the design gives to each kind of caller, and no more.</summary>
public static class CairnRoles
{
    static readonly string[] ReadByHosts = ["cairn.json", "epochs/", "hosts/", "index/", "retired/", "moves/"];

    /// <summary>Adds, and reads nothing that it could learn contents or names from. No delete.</summary>
    /// <param name="host">As in the names of its ledgers and snapshots: the id of its signing key.</param>
    /// <param name="lockDaysMax">Null: it may set no locks, and the bucket's default must do.</param>
    public static Caller Host(string host, int? lockDaysMax = null)
    {
        string[] written = ["packs/", "index/", $"ledgers/{host}/", $"snapshots/{host}/"];
        var grants = new List<Grant>();
        foreach (var prefix in ReadByHosts)
            grants.Add(new Grant(S3Actions.GetObject | S3Actions.ListBucket, prefix));
        foreach (var prefix in written)
        {
            grants.Add(new Grant(S3Actions.PutObject, prefix) { CreateOnly = true });
            if (lockDaysMax is not null)
                grants.Add(Lock(prefix, lockDaysMax.Value));
        }
        return new Caller(host, grants);
    }

    /// <summary>Reads all, versions too, and thaws. Writes nothing.</summary>
    public static Caller Restorer(string name = "restorer") =>
        new(name, new Grant(Reading | S3Actions.RestoreObject));

    /// <summary>
    /// Repacks, condemns, renews locks, adds delete markers. Removes no version: that is the lifecycle's work.
    /// </summary>
    public static Caller Maintainer(int lockDaysMax, string name = "maintainer") =>
        new(
            name, new Grant(Reading | S3Actions.DeleteObject), new Grant(S3Actions.PutObject) { CreateOnly = true },
            Lock("", lockDaysMax));

    /// <summary>A stolen key that may do whatever can be granted: only locks stand against it.</summary>
    public static Caller Attacker(string name = "attacker") => new(name, new Grant(S3Actions.All));

    const S3Actions Reading =
        S3Actions.GetObject | S3Actions.GetObjectVersion | S3Actions.ListBucket | S3Actions.ListBucketVersions
        | S3Actions.GetObjectRetention | S3Actions.GetBucketObjectLockConfiguration;

    static Grant Lock(string prefix, int daysMax) =>
        new(S3Actions.PutObjectRetention, prefix) { LockDaysMax = daysMax, OnlyMode = LockMode.Compliance };
}
