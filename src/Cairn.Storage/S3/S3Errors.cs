using System.Net;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.S3;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;

namespace Cairn.Storage.S3;

/// <summary>Turns what the SDK throws into what the contract says, with a sentence on what to do next.</summary>
sealed class S3Errors(string location, S3Location parsed)
{
    /// <summary>Whether an exception is one that <see cref="Translate"/> is for.</summary>
    public static bool IsOurs(Exception e, CancellationToken cancellationToken) =>
        e is AmazonServiceException or AmazonClientException or ProcessAWSCredentialException or HttpRequestException
            or IOException or TimeoutException
        || IsOfMalformedAnswer(e)
        || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    // The SDK parses headers as if every server wrote them as Amazon does: half an ETag makes it throw these.
    static bool IsOfMalformedAnswer(Exception e) =>
        e is ArgumentException or FormatException
        && e.Source?.StartsWith("AWSSDK", StringComparison.Ordinal) == true;

    /// <param name="deed">What was to be done with it, as a participle: "stored".</param>
    public StoreException Translate(Exception e, ObjectKey? key, string deed)
    {
        var subject = key is { } named ? $"{named} was not {deed}" : $"{location} was not {deed}";
        var (kind, why) = e is AmazonS3Exception answer ? Of(answer) : OfConnection(e);
        return new StoreException(kind, $"{subject}: {why}", key, e);
    }

    /// <summary>404 for the object, and not for the bucket.</summary>
    public static bool IsMissingObject(AmazonS3Exception e) =>
        e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not "NoSuchBucket";

    public static bool IsConditionUnknown(AmazonS3Exception e) =>
        e.StatusCode == HttpStatusCode.NotImplemented || e.ErrorCode is "NotImplemented";

    (StoreErrorKind Kind, string Why) Of(AmazonS3Exception e) => e.ErrorCode switch
    {
        "NoSuchBucket" => (StoreErrorKind.Refused,
            $"there is no bucket {parsed.Bucket} at {EndpointText}. "
            + $"Correct the name or the endpoint, or create it: cairn -r {ShellWord.Quote(location)} init"),
        "NoSuchKey" or "NotFound" => (StoreErrorKind.NotFound, $"there is no such object in {location}"),
        "InvalidAccessKeyId" => (StoreErrorKind.Refused,
            $"the store does not know this access key. Correct {Source}"),
        "SignatureDoesNotMatch" => (StoreErrorKind.Refused,
            $"the secret key does not belong to the access key. Correct {Source}"),
        "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" => (StoreErrorKind.Refused,
            $"the session token has expired. Get new credentials into {Source}"),
        "InvalidToken" or "InvalidClientTokenId" => (StoreErrorKind.Refused,
            $"the session token is not valid. Get new credentials into {Source}"),
        "RequestTimeTooSkewed" or "RequestExpired" => (StoreErrorKind.Refused,
            "this machine's clock and the store's are too far apart. Set the clock of this machine, best by NTP"),
        "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IllegalLocationConstraintException"
            or "TemporaryRedirect" or "301" => (StoreErrorKind.Refused, WrongRegion(e)),
        "InvalidObjectState" => (StoreErrorKind.Cold, "it lies in a cold storage class and must be thawed first"),
        "InvalidRange" => (StoreErrorKind.RangeNotSatisfiable,
            "it is shorter than what was asked for; it was cut short, or what points into it is damaged: run check"),
        "QuotaExceeded" or "InsufficientStorage" or "ServiceQuotaExceeded" or "XMinioStorageFull" =>
            (StoreErrorKind.Full, $"the store is full, or a quota is reached ({e.Message})"),
        "SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "TooManyRequests" =>
            (StoreErrorKind.Throttled, "the store is asked too often"),
        "RequestTimeout" or "OperationAborted" or "ConditionalRequestConflict" or "BadDigest" or "InvalidDigest"
            or "XAmzContentSHA256Mismatch" or "IncompleteBody" => (StoreErrorKind.Unavailable, Quote(e)),
        _ => OfStatus(e),
    };

    (StoreErrorKind Kind, string Why) OfStatus(AmazonS3Exception e) => (int)e.StatusCode switch
    {
        301 or 307 => (StoreErrorKind.Refused, WrongRegion(e)),
        401 or 403 when IsLock(e) => (StoreErrorKind.Protected, "a lock protects it"),
        401 or 403 => (StoreErrorKind.Refused,
            $"the store does not allow it ({Quote(e)}). The credentials work, but lack a right, or the bucket "
            + "belongs to somebody else: look at the policies of the user and the bucket"),
        404 => (StoreErrorKind.NotFound, $"there is no such object in {location}"),
        429 or 503 => (StoreErrorKind.Throttled, $"the store is busy ({Quote(e)})"),
        507 => (StoreErrorKind.Full, $"the store is full ({Quote(e)})"),
        408 or 409 or >= 500 and not 501 => (StoreErrorKind.Unavailable, Quote(e)),
        // No status: the answer could not be understood, so it was cut, or was none of an S3 server.
        0 => (StoreErrorKind.Unavailable, $"the answer could not be understood ({e.Message})"),
        _ when IsMissingLock(e) => (StoreErrorKind.Refused,
            "it was to be locked, and the bucket has no Object Lock. Make the repository in a bucket that has it: "
            + "cairn init --lock creates one"),
        _ => (StoreErrorKind.Failed, Quote(e)),
    };

    (StoreErrorKind Kind, string Why) OfConnection(Exception e)
    {
        if (Find<AuthenticationException>(e) is { } tls)
            return (StoreErrorKind.Refused,
                $"the certificate of {EndpointText} is not trusted ({tls.Message.TrimEnd('.')}). "
                + "If it has an authority of its own, name that one's certificate with ca-file=FILE");
        if (IsOfMalformedAnswer(e))
            return (StoreErrorKind.Unavailable, $"the answer could not be understood ({e.Message})");
        // The SDK compares a body with the hash that came along.
        if (e.Message.Contains("Expected hash", StringComparison.Ordinal))
            return (StoreErrorKind.Unavailable, "what arrived is not what the store says that it sent");
        if (e is ProcessAWSCredentialException)
            return (StoreErrorKind.Refused,
                $"the program that gives the credentials failed ({e.Message.Trim().TrimEnd('.')}). "
                + "Correct credential_process in the profile");
        // The SDK's own complaints (credentials that cannot be had) carry no cause that may pass.
        if (e is AmazonClientException && Find<HttpRequestException>(e) is null
            && Find<IOException>(e) is null && Find<TimeoutException>(e) is null
            && Find<OperationCanceledException>(e) is null)
            return (StoreErrorKind.Refused, $"{e.Message.TrimEnd('.')}. Correct {Source}");
        var cause = Find<HttpRequestException>(e)?.Message ?? Find<IOException>(e)?.Message ?? e.Message;
        return (StoreErrorKind.Unavailable, $"{EndpointText} does not answer ({cause.TrimEnd('.')})");
    }

    static bool IsLock(AmazonS3Exception e) =>
        e.Message.Contains("object lock", StringComparison.OrdinalIgnoreCase)
        || e.Message.Contains("WORM", StringComparison.Ordinal);

    static bool IsMissingLock(AmazonS3Exception e) =>
        e.ErrorCode is "InvalidRequest" or "ObjectLockConfigurationNotFoundError"
        && (e.Message.Contains("Object Lock", StringComparison.OrdinalIgnoreCase)
            || e.Message.Contains("ObjectLock", StringComparison.OrdinalIgnoreCase))
        && !e.Message.Contains("Content-MD5", StringComparison.Ordinal);

    string WrongRegion(AmazonS3Exception e) =>
        $"the bucket {parsed.Bucket} is not in the region that was asked ({Quote(e)}). "
        + $"Write the bucket's own region into the location: {location}{Joint}region=…";

    string Joint => location.Contains('?', StringComparison.Ordinal) ? "&" : "?";

    string EndpointText => parsed.Endpoint?.GetLeftPart(UriPartial.Authority) ?? "Amazon S3";

    string Source => parsed.Profile is { } profile
        ? $"the profile {profile} in the AWS configuration"
        : "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile that is used";

    static string Quote(AmazonS3Exception e)
    {
        var code = string.IsNullOrEmpty(e.ErrorCode) ? $"{(int)e.StatusCode}" : e.ErrorCode;
        return string.IsNullOrWhiteSpace(e.Message) || e.Message == e.ErrorCode
            ? code
            : $"{code}: {e.Message.Trim().TrimEnd('.')}";
    }

    static T? Find<T>(Exception? e)
        where T : Exception
    {
        for (; e is not null; e = e.InnerException)
            if (e is T found)
                return found;
        return null;
    }
}
