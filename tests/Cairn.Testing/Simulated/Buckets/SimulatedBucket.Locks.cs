namespace Cairn.Testing.Simulated.Buckets;

public sealed partial class SimulatedBucket
{
    /// <summary>
    /// Sets, extends or (null) removes the lock of a version. Without an id it means the current version, whoever
    /// wrote that: extending by name alone is a trap.
    /// </summary>
    public void PutRetention(
        Caller caller, string key, string? versionId, Retention? retention, bool bypassGovernance = false) =>
        Request(caller, "PutObjectRetention", key, () =>
        {
            Demand(caller.MayLock(key, retention, Now));
            CheckBypass(bypassGovernance);
            var version = Lockable(caller, key, versionId);
            var bypass = bypassGovernance && caller.May(S3Actions.BypassGovernanceRetention, key);
            Retention.CheckChange(version.Retention, retention, Now, bypass);
            // Last-Modified stays: a lock is no change of the object.
            Replace(version, version with { Retention = retention });
            return true;
        });

    public Retention GetRetention(Caller caller, string key, string? versionId = null) =>
        Request(caller, "GetObjectRetention", key, () =>
        {
            Demand(caller.May(S3Actions.GetObjectRetention, key));
            return Lockable(caller, key, versionId).Retention ?? throw S3Errors.NoRetention();
        });

    /// <summary>The default for new versions, or null where the bucket has locks and no default.</summary>
    public DefaultRetention? GetLockConfiguration(Caller caller) =>
        Request(caller, "GetObjectLockConfiguration", "", () =>
        {
            Demand(caller.May(S3Actions.GetBucketObjectLockConfiguration, ""));
            return _options.HasObjectLock ? _options.DefaultRetention : throw S3Errors.NoLockConfiguration();
        });

    ObjectVersion Lockable(Caller caller, string key, string? versionId)
    {
        if (!_options.HasObjectLock)
            throw S3Errors.BucketHasNoLock();
        var version = Existing(caller, key, versionId);
        return version.IsDeleteMarker ? throw S3Errors.IsDeleteMarker() : version;
    }

    void CheckBypass(bool bypassGovernance)
    {
        if (bypassGovernance && !_options.HasObjectLock)
            throw S3Errors.BypassWithoutLock();
    }
}
