using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using ObjectLockMode = Cairn.Engine.Storage.ObjectLockMode;

namespace Cairn.Storage.S3;

/// <summary>
/// Makes the bucket of a new repository, or adopts one. A bucket that is there is left as it is, for somebody made it
/// so; only a default retention that was asked for is set where there is none. What a server does not know is reported
/// and left out, but for the lock, without which a repository that was to have one must not come to be.
/// </summary>
public sealed class S3Bucket
{
    readonly S3Store _store;
    readonly S3Location _location;
    readonly AmazonS3Client _sdk;

    public S3Bucket(S3Store store, S3Location location)
    {
        _store = store;
        _location = location;
        _sdk = store.Client.Sdk;
    }

    /// <exception cref="StoreException">No bucket could be made, or none as it was asked for.</exception>
    public async Task<BucketReport> PrepareAsync(BucketPlan plan, CancellationToken cancellationToken)
    {
        Invariant.That(plan.Lock is null || plan.Lock.Duration.TotalDays >= 1);
        if (await ExistsAsync(cancellationToken))
            return await AdoptAsync(plan, cancellationToken);
        await CreateAsync(plan, cancellationToken);
        var steps = NewSteps();
        var lockStep = plan.Lock is { } asked ? await steps.LockAsync(asked, cancellationToken) : null;
        if (lockStep is { Outcome: StepOutcome.NotDone })
            throw NoLock(lockStep.Message);
        var done = await steps.AllAsync(plan, cancellationToken);
        return new BucketReport(WasCreated: true, plan.Lock, lockStep is null ? done : [lockStep, .. done]);
    }

    /// <summary>The bucket's default retention; null for none, or if the server does not know the question.</summary>
    public Task<ObjectLock?> ReadDefaultLockAsync(CancellationToken cancellationToken) =>
        _store.DefaultLock.ReadAsync(cancellationToken);

    async Task<BucketReport> AdoptAsync(BucketPlan plan, CancellationToken cancellationToken)
    {
        var found = await ReadDefaultLockAsync(cancellationToken);
        if (plan.Lock is { } asked && found is null)
        {
            var step = await NewSteps().LockAsync(asked, cancellationToken);
            return step.Outcome == StepOutcome.Done
                ? new BucketReport(WasCreated: false, asked, [step])
                : throw NoLock($"it is there already, and has no Object Lock ({step.Message})");
        }
        if (plan.Lock is { } wanted && (found!.Mode < wanted.Mode || found.Duration < wanted.Duration))
            throw NoLock($"it is there already and locks by default {Describe(found)}, not {Describe(wanted)}");
        var message = found is null
            ? "the bucket was there and is used as it is; it locks nothing by default"
            : $"the bucket was there and is used as it is; it locks every new object {Describe(found)}";
        return new BucketReport(WasCreated: false, found, [new BucketStep("bucket", StepOutcome.Done, message)]);
    }

    async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _sdk.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = _location.Bucket, Prefix = _location.Prefix, MaxKeys = 1 },
                cancellationToken);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw _store.Errors.Translate(e, key: null, "looked at");
        }
    }

    S3BucketSteps NewSteps() => new(_sdk, _location.Bucket, isAmazon: _location.Endpoint is null);

    async Task CreateAsync(BucketPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            await _sdk.PutBucketAsync(
                new PutBucketRequest
                {
                    BucketName = _location.Bucket, ObjectLockEnabledForBucket = plan.Lock is not null,
                    // The region of the client goes along, and every server but Amazon's may not know it.
                    UseClientRegion = _location.Endpoint is null,
                },
                cancellationToken);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "BucketAlreadyOwnedByYou")
        {
            // Somebody of this account was faster, or the answer to an earlier attempt was lost.
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "BucketAlreadyExists")
        {
            throw new StoreException(
                StoreErrorKind.Refused,
                $"the bucket {_location.Bucket} was not created: somebody else has one of that name. "
                + "Choose another name; on Amazon they are shared by everybody", key: null, e);
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw _store.Errors.Translate(e, key: null, "created");
        }
    }

    StoreException NoLock(string why) => new(
        StoreErrorKind.Refused,
        $"the bucket {_location.Bucket} does not lock as was asked: {why}. "
        + "Choose a bucket that is not there yet, or one whose default retention is what you want, "
        + "or do without --lock");

    internal static string Describe(ObjectLock found) =>
        FormattableString.Invariant(
            $"for {found.Duration.TotalDays:0} days in {found.Mode.ToString().ToLowerInvariant()} mode");
}
