namespace Cairn.Testing.Simulated.Buckets;

public sealed partial class SimulatedBucket
{
    public ObjectVersion Put(Caller caller, PutRequest put) => BeginPut(caller, put).Commit();

    /// <summary>
    /// A PUT that is on its way. It becomes an object, whole and at once, when it is committed; everything is checked
    /// then, and what was deleted in between makes a conditional one fail with 409.
    /// </summary>
    public PutInFlight BeginPut(Caller caller, PutRequest put)
    {
        lock (_lock)
        {
            var deletions = _deletions.GetValueOrDefault(put.Key);
            return new PutInFlight(
                () => Request(caller, "PutObject", put.Key, () => CarryOut(caller, put, deletions)));
        }
    }

    /// <summary>A DELETE without a version: adds a marker, also over nothing and over what is locked.</summary>
    public void Delete(Caller caller, string key) =>
        Request(caller, "DeleteObject", key, () =>
        {
            Demand(caller.May(S3Actions.DeleteObject, key));
            if (!_options.HasVersions && Current(key) is { } only)
                Remove(only);
            else if (_options.HasVersions)
                AppendMarker(key, caller.Name);
            return true;
        });

    /// <summary>Removes a version or a marker for ever; none there is no error.</summary>
    public void DeleteVersion(Caller caller, string key, string versionId, bool bypassGovernance = false) =>
        Request(caller, "DeleteObjectVersion", key, () =>
        {
            Demand(caller.May(S3Actions.DeleteObjectVersion, key));
            CheckBypass(bypassGovernance);
            if (Find(key, versionId) is not { } version)
                return false;
            var bypass = bypassGovernance && caller.May(S3Actions.BypassGovernanceRetention, key);
            if (version.Retention?.Yields(Now, bypass) == false)
                throw S3Errors.Locked();
            Remove(version);
            return true;
        });

    ObjectVersion CarryOut(Caller caller, PutRequest put, int deletions)
    {
        Demand(caller.MayPut(put));
        var asked = put.AskedRetention(_options.HasObjectLock, Now);
        Demand(asked is null || caller.MayLock(put.Key, asked, Now));
        CheckIntegrity(put);
        CheckCondition(put, deletions);
        var version = NewVersion(put.Key, caller.Name) with
        {
            Content = put.Content,
            Checksum = put.Checksum?.IsKept(_options.KeptChecksums) == true ? put.Checksum : null,
            StorageClass = put.StorageClass,
            Retention = asked ?? _options.DefaultRetention?.From(Now),
        };
        Append(version);
        return version;
    }

    void CheckIntegrity(PutRequest put)
    {
        if (put.Checksum is { } checksum && checksum != Checksum.Of(checksum.Kind, put.Content))
            throw S3Errors.BadDigest(checksum.Kind);
        if (put.Checksum is null && (put.HasLockHeader || _options.DefaultRetention is not null))
            throw S3Errors.ChecksumRequired();
    }

    void CheckCondition(PutRequest put, int deletions)
    {
        if (!put.IfNoneMatch || _options.ConditionalPuts == ConditionalPuts.Ignored)
            return;
        if (_options.ConditionalPuts == ConditionalPuts.Refused)
            throw S3Errors.NotImplemented();
        if (Exists(put.Key))
            throw S3Errors.PreconditionFailed();
        if (_deletions.GetValueOrDefault(put.Key) != deletions)
            throw S3Errors.ConditionalRequestConflict();
    }

    ObjectVersion AppendMarker(string key, string writer)
    {
        var marker = NewVersion(key, writer) with { IsDeleteMarker = true };
        Append(marker);
        _deletions[key] = _deletions.GetValueOrDefault(key) + 1;
        return marker;
    }
}

/// <summary>Sent, and not yet arrived.</summary>
public sealed class PutInFlight(Func<ObjectVersion> commit)
{
    public ObjectVersion Commit() => commit();
}
