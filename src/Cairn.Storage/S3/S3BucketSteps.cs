using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Engine.Storage;
using ObjectLockMode = Cairn.Engine.Storage.ObjectLockMode;

namespace Cairn.Storage.S3;

/// <summary>What makes a new bucket a good one, each step by itself: servers differ in what they know.</summary>
sealed class S3BucketSteps(AmazonS3Client sdk, string bucket, bool isAmazon)
{
    /// <summary>How long what was replaced or hidden stays; with a lock, at least until that has lapsed.</summary>
    const int NoncurrentDaysMin = 30;
    const int AbortMultipartDays = 3;

    public Task<BucketStep> LockAsync(ObjectLock asked, CancellationToken cancellationToken) => TryAsync(
        "object lock", $"every new object is locked {S3Bucket.Describe(asked)}", "nothing protects objects",
        () => sdk.PutObjectLockConfigurationAsync(
            new PutObjectLockConfigurationRequest
            {
                BucketName = bucket,
                ObjectLockConfiguration = new ObjectLockConfiguration
                {
                    ObjectLockEnabled = ObjectLockEnabled.Enabled,
                    Rule = new ObjectLockRule
                    {
                        DefaultRetention = new DefaultRetention
                        {
                            Mode = asked.Mode == ObjectLockMode.Compliance
                                ? ObjectLockRetentionMode.Compliance
                                : ObjectLockRetentionMode.Governance,
                            Days = (int)Math.Ceiling(asked.Duration.TotalDays),
                        },
                    },
                },
            },
            cancellationToken),
        cancellationToken);

    public async Task<IReadOnlyList<BucketStep>> AllAsync(BucketPlan plan, CancellationToken cancellationToken)
    {
        var steps = new List<BucketStep>();
        // A bucket with Object Lock has versions from the beginning, and they cannot be turned off.
        if (plan.Lock is null)
            steps.Add(await VersionsAsync(cancellationToken));
        steps.Add(await PublicAccessAsync(cancellationToken));
        steps.Add(await OwnershipAsync(cancellationToken));
        steps.Add(await EncryptionAsync(cancellationToken));
        steps.Add(await LifecycleAsync(plan, cancellationToken));
        return steps;
    }

    Task<BucketStep> VersionsAsync(CancellationToken cancellationToken) => TryAsync(
        "versions", "what is deleted or overwritten stays as a version for a while",
        "what a stolen key deletes is gone at once",
        () => sdk.PutBucketVersioningAsync(
            new PutBucketVersioningRequest
            {
                BucketName = bucket, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
            },
            cancellationToken),
        cancellationToken);

    // Ceph 16 accepts it, refuses from then on everything to everybody, and does not take it back.
    Task<BucketStep> PublicAccessAsync(CancellationToken cancellationToken) => !isAmazon
        ? Task.FromResult(new BucketStep(
            "public access", StepOutcome.NotDone,
            "left alone: servers other than Amazon's may lock their owner out; "
            + "look that nobody makes the bucket public"))
        : TryAsync(
            "public access", "public access is blocked", "look that nobody makes the bucket public",
            () => sdk.PutPublicAccessBlockAsync(
                new PutPublicAccessBlockRequest
                {
                    BucketName = bucket,
                    PublicAccessBlockConfiguration = new PublicAccessBlockConfiguration
                    {
                        BlockPublicAcls = true, IgnorePublicAcls = true, BlockPublicPolicy = true,
                        RestrictPublicBuckets = true,
                    },
                },
                cancellationToken),
            cancellationToken);

    Task<BucketStep> OwnershipAsync(CancellationToken cancellationToken) => TryAsync(
        "ownership", "the bucket's owner owns every object", "an object belongs to who stored it",
        () => sdk.PutBucketOwnershipControlsAsync(
            new PutBucketOwnershipControlsRequest
            {
                BucketName = bucket,
                OwnershipControls = new OwnershipControls
                {
                    Rules = [new OwnershipControlsRule { ObjectOwnership = ObjectOwnership.BucketOwnerEnforced }],
                },
            },
            cancellationToken),
        cancellationToken);

    Task<BucketStep> EncryptionAsync(CancellationToken cancellationToken) => TryAsync(
        "encryption", "the store encrypts its disks too (SSE-S3)", "no harm: what Cairn stores is encrypted",
        () => sdk.PutBucketEncryptionAsync(
            new PutBucketEncryptionRequest
            {
                BucketName = bucket,
                ServerSideEncryptionConfiguration = new ServerSideEncryptionConfiguration
                {
                    ServerSideEncryptionRules =
                    [
                        new ServerSideEncryptionRule
                        {
                            ServerSideEncryptionByDefault = new ServerSideEncryptionByDefault
                            {
                                ServerSideEncryptionAlgorithm = ServerSideEncryptionMethod.AES256,
                            },
                        },
                    ],
                },
            },
            cancellationToken),
        cancellationToken);

    Task<BucketStep> LifecycleAsync(BucketPlan plan, CancellationToken cancellationToken)
    {
        var days = Math.Max(NoncurrentDaysMin, (int)Math.Ceiling(plan.Lock?.Duration.TotalDays ?? 0) + 1);
        return TryAsync(
            "lifecycle",
            $"replaced and hidden versions go after {days} days, broken uploads after {AbortMultipartDays}",
            "replaced versions stay, and cost, for ever",
            () => sdk.PutLifecycleConfigurationAsync(
                new PutLifecycleConfigurationRequest
                {
                    BucketName = bucket, Configuration = new LifecycleConfiguration { Rules = Rules(days) },
                },
                cancellationToken),
            cancellationToken);
    }

    // Markers whose versions are all gone cannot share a rule with days.
    static List<LifecycleRule> Rules(int days) =>
    [
        new LifecycleRule
        {
            Id = "cairn-sweep", Status = LifecycleRuleStatus.Enabled, Filter = Everything(),
            NoncurrentVersionExpiration = new LifecycleRuleNoncurrentVersionExpiration { NoncurrentDays = days },
            AbortIncompleteMultipartUpload = new LifecycleRuleAbortIncompleteMultipartUpload
            {
                DaysAfterInitiation = AbortMultipartDays,
            },
        },
        new LifecycleRule
        {
            Id = "cairn-markers", Status = LifecycleRuleStatus.Enabled, Filter = Everything(),
            Expiration = new LifecycleRuleExpiration { ExpiredObjectDeleteMarker = true },
        },
    ];

    static LifecycleFilter Everything() => new() { LifecycleFilterPredicate = new LifecyclePrefixPredicate() };

    static async Task<BucketStep> TryAsync(
        string name, string done, string otherwise, Func<Task> step, CancellationToken cancellationToken)
    {
        try
        {
            await step();
            return new BucketStep(name, StepOutcome.Done, done);
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            var why = e is AmazonS3Exception { ErrorCode.Length: > 0 } answer ? answer.ErrorCode : e.Message;
            return new BucketStep(
                name, StepOutcome.NotDone, $"this server does not do it ({why.TrimEnd('.')}): {otherwise}");
        }
    }
}
