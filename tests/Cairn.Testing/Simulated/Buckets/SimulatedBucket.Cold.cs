namespace Cairn.Testing.Simulated.Buckets;

public enum RestoreAnswer
{
    /// <summary>There was a copy, and its end has moved.</summary>
    AlreadyRestored = 200,
    /// <summary>It has begun, or goes on faster.</summary>
    Accepted = 202,
}

public sealed partial class SimulatedBucket
{
    /// <summary>Asks for a readable copy of a cold version, for some days.</summary>
    public RestoreAnswer Restore(
        Caller caller, string key, int days, RestoreTier tier = RestoreTier.Standard, string? versionId = null) =>
        Request(caller, "RestoreObject", key, () =>
        {
            Demand(caller.May(S3Actions.RestoreObject, key));
            var version = Existing(caller, key, versionId);
            if (version.IsDeleteMarker)
                throw S3Errors.IsDeleteMarker();
            CheckRestore(version.StorageClass, days, tier);
            var state = version.RestoreStateAt(Now);
            var job = state switch
            {
                RestoreState.Ongoing => version.Restore!.Faster(version.StorageClass, tier, Now),
                RestoreState.Restored => version.Restore!.Again(days, Now),
                _ => RestoreJob.Begin(version.StorageClass, tier, days, Now),
            };
            Replace(version, version with { Restore = job });
            return state == RestoreState.Restored ? RestoreAnswer.AlreadyRestored : RestoreAnswer.Accepted;
        });

    void CheckRestore(StorageClass storageClass, int days, RestoreTier tier)
    {
        _ = storageClass.RestoreTime(tier);
        if (days < 1)
            throw S3Errors.NoDays();
        if (tier == RestoreTier.Expedited && !_options.HasExpeditedCapacity)
            throw S3Errors.NoExpeditedCapacity();
    }
}
