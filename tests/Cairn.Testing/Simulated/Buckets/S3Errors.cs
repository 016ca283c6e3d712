namespace Cairn.Testing.Simulated.Buckets;

/// <summary>Every refusal that the bucket knows, with the status, the code and the words that S3 uses.</summary>
public static class S3Errors
{
    public const string LockText = "Access Denied because object protected by object lock.";

    // Rights
    public static S3Exception AccessDenied() => new(403, "AccessDenied", "Access Denied");

    // Names
    public static S3Exception NoSuchKey() => new(404, "NoSuchKey", "The specified key does not exist.");

    public static S3Exception NoSuchVersion() => new(404, "NoSuchVersion", "The specified version does not exist.");

    public static S3Exception IsDeleteMarker() =>
        new(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");

    public static S3Exception InvalidRange() => new(416, "InvalidRange", "The requested range is not satisfiable");

    // Conditional PUT
    public static S3Exception PreconditionFailed() =>
        new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

    public static S3Exception ConditionalRequestConflict() =>
        new(
            409, "ConditionalRequestConflict",
            "The conditional request cannot succeed due to a conflicting operation against this resource.");

    public static S3Exception NotImplemented() =>
        new(501, "NotImplemented", "A header you provided implies functionality that is not implemented");

    // Integrity
    public static S3Exception ChecksumRequired() =>
        new(
            400, "InvalidRequest",
            "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock "
            + "parameters");

    public static S3Exception BadDigest(ChecksumKind kind) =>
        new(400, "BadDigest", $"The {kind} you specified did not match what was received.");

    // Object Lock
    public static S3Exception BucketHasNoLock() =>
        new(400, "InvalidRequest", "Bucket is missing Object Lock Configuration");

    public static S3Exception NoLockConfiguration() =>
        new(
            404, "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket");

    public static S3Exception ModeAndDateBelongTogether() =>
        new(
            400, "InvalidArgument",
            "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied");

    public static S3Exception DateNotInFuture() =>
        new(400, "InvalidArgument", "The retain until date must be in the future!");

    public static S3Exception DateTooFar() =>
        new(400, "InvalidArgument", "The retain until date must be within 100 years");

    public static S3Exception BypassWithoutLock() =>
        new(
            400, "InvalidArgument",
            "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.");

    public static S3Exception Locked() => new(403, "AccessDenied", LockText);

    public static S3Exception NoRetention() =>
        new(
            404, "NoSuchObjectLockConfiguration",
            "The specified object does not have a ObjectLock configuration");

    // Cold classes
    public static S3Exception IsCold() =>
        new(403, "InvalidObjectState", "The operation is not valid for the object's storage class");

    public static S3Exception IsHot() =>
        new(403, "InvalidObjectState", "Restore is not allowed for the object's current storage class");

    public static S3Exception RestoreInProgress() =>
        new(409, "RestoreAlreadyInProgress", "Object restore is already in progress");

    public static S3Exception TierNotForClass() =>
        new(400, "InvalidArgument", "Retrieval option is not supported by this storage class");

    public static S3Exception NoDays() => new(400, "InvalidArgument", "Days must be at least 1");

    public static S3Exception NoExpeditedCapacity() =>
        new(
            503, "GlacierExpeditedRetrievalNotAvailable",
            "Glacier expedited retrievals are currently not available, please try again later");

    // Load
    public static S3Exception SlowDown() => new(503, "SlowDown", "Please reduce your request rate.");
}
