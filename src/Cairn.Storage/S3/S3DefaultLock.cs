using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Engine.Storage;
using ObjectLockMode = Cairn.Engine.Storage.ObjectLockMode;

namespace Cairn.Storage.S3;

/// <summary>
/// The retention that a bucket gives every new object by itself. Where it is as long as what was asked for, a PUT needs
/// no headers for its lock, and whoever stores no right but to store. Asked for once a run, for somebody may have
/// taken it away since the last.
/// </summary>
sealed class S3DefaultLock(S3Client client, S3Location parsed, S3Errors errors)
{
    readonly SemaphoreSlim _asking = new(1);
    volatile bool _isKnown;
    ObjectLock? _found;

    public async Task<bool> CoversAsync(ObjectLock asked, CancellationToken cancellationToken)
    {
        if (!_isKnown)
            await AskOnceAsync(cancellationToken);
        return _found is { } found && found.Mode >= asked.Mode && found.Duration >= asked.Duration;
    }

    /// <summary>Null where there is none, and where the server does not know the question or does not answer
    /// it.</summary>
    public async Task<ObjectLock?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.Sdk.GetObjectLockConfigurationAsync(
                new GetObjectLockConfigurationRequest { BucketName = parsed.Bucket }, cancellationToken);
            var rule = answer.ObjectLockConfiguration?.Rule?.DefaultRetention;
            if (rule?.Mode is null)
                return null;
            var days = rule.Days is > 0 and var count ? count : (rule.Years ?? 0) * 365;
            return days == 0 ? null : new ObjectLock(
                rule.Mode == ObjectLockRetentionMode.Compliance ? ObjectLockMode.Compliance : ObjectLockMode.Governance,
                TimeSpan.FromDays(days));
        }
        catch (AmazonS3Exception e) when (e.StatusCode is >= HttpStatusCode.BadRequest
            and < HttpStatusCode.InternalServerError or HttpStatusCode.NotImplemented
            && e.StatusCode != HttpStatusCode.TooManyRequests)
        {
            return null;
        }
        catch (Exception e) when (S3Errors.IsOurs(e, cancellationToken))
        {
            throw errors.Translate(e, key: null, "looked at");
        }
    }

    async Task AskOnceAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_isKnown)
                return;
            _found = await ReadAsync(cancellationToken);
            _isKnown = true;
        }
        finally
        {
            _asking.Release();
        }
    }
}
