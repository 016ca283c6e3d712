using Cairn.App.Access;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Storage;
using Cairn.Storage.Probing;
using Cairn.Storage.S3;

namespace Cairn.App.Init;

/// <summary>The bucket of a new repository, and what it was seen to do.</summary>
public sealed record PlaceReport(BucketReport Bucket, IReadOnlyList<ProbeLine> Probe);

/// <summary>
/// Makes or adopts the bucket, and refuses one that cannot hold a repository before anything lies in it.
/// </summary>
static class InitPlace
{
    public static async Task<PlaceReport?> PrepareAsync(
        RepositoryAccess access, InitRequest request, CancellationToken cancellationToken)
    {
        var location = access.Location;
        if (location.S3 is not { } s3)
            return request.Lease is not null
                ? throw new UsageException($"--lock is for buckets of S3: {location} cannot lock objects")
                : null;
        await using var store = access.Stores.OpenForProbe(location);
        var bucket = await new S3Bucket(store, s3).PrepareAsync(
            new BucketPlan { Lock = request.Lease?.Lock }, cancellationToken);
        await RequireNoRepositoryAsync(store, cancellationToken);
        var probe = await access.Stores.ProbeAsync(store, s3, cancellationToken);
        Judge(location, probe, request);
        return new PlaceReport(bucket, probe.Lines);
    }

    // Nothing is probed into a repository that is there; what is wrong with it is told by who opens it later.
    static async Task RequireNoRepositoryAsync(S3Store store, CancellationToken cancellationToken)
    {
        if (await store.StatAsync(ObjectNames.Descriptor, cancellationToken) is not null)
            throw new RepositoryExistsException(
                $"there is a repository at {store.Location} already");
    }

    static void Judge(StoreLocation location, S3ProbeReport probe, InitRequest request)
    {
        if (probe.Lines.FirstOrDefault(line => line.Verdict == ProbeVerdict.Bad) is { } bad)
            throw new StoreException(
                StoreErrorKind.Refused, $"{location} cannot hold a repository ({bad.Name}): {bad.Message}");
        if (probe.Lines[0] is { Verdict: ProbeVerdict.Unknown } refused)
            throw new StoreException(StoreErrorKind.Refused, refused.Message);
        if (probe.LosesOverwritten && !request.AllowsOverwrites)
            throw new StoreException(
                StoreErrorKind.Refused,
                $"{location} accepts the condition not to overwrite (If-None-Match) and overwrites all the same, and "
                + "keeps no versions. Turn versions on in the bucket, or use another store; to take it as it is: "
                + "--allow-overwrites");
        if (request.Lease is not null
            && probe.Lines.Single(line => line.Name == S3Probe.LockLine) is { Verdict: not ProbeVerdict.Good } lockLine)
            throw new StoreException(
                StoreErrorKind.Refused, $"{location} does not lock as was asked: {lockLine.Message}");
    }
}
