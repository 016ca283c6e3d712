using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Cairn.Engine.Storage;

namespace Cairn.Storage.S3;

/// <summary>
/// Where the keys come from, in this order: the profile that the location names; the environment; a web identity; the
/// profile of AWS_PROFILE, or the default one. A profile may name a program (<c>credential_process</c>). The machine's
/// own metadata service is asked only if the location says so: where there is none, asking takes a minute.
/// </summary>
static class S3Credentials
{
    const string DefaultProfile = "default";

    /// <exception cref="StoreException">There are none, or the profile is not there.</exception>
    public static AWSCredentials Find(S3Location location, Func<string, string?> variable)
    {
        if (location.Profile is { } profile)
            return FromProfile(profile, variable)
                ?? throw Refused(
                    $"there is no profile \"{profile}\" with credentials in the AWS configuration "
                    + "(~/.aws/credentials, ~/.aws/config). Correct profile= in the location, or add it there");
        if (location.InstanceCredentials)
            return new InstanceProfileAWSCredentials();
        if (variable("AWS_ACCESS_KEY_ID") is { Length: > 0 } access
            && variable("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } secret)
            return variable("AWS_SESSION_TOKEN") is { Length: > 0 } token
                ? new SessionAWSCredentials(access, secret, token)
                : new BasicAWSCredentials(access, secret);
        if (IsSet(variable("AWS_WEB_IDENTITY_TOKEN_FILE")) && IsSet(variable("AWS_ROLE_ARN")))
            return AssumeRoleWithWebIdentityCredentials.FromEnvironmentVariables();
        var named = variable("AWS_PROFILE");
        return FromProfile(IsSet(named) ? named! : DefaultProfile, variable)
            ?? throw Refused(
                "there are no credentials for the store. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a "
                + "profile with ?profile=NAME (on EC2, instance-credentials=true)");
    }

    public static string? RegionOf(S3Location location, Func<string, string?> variable)
    {
        if (location.Region is { } region)
            return region;
        foreach (var name in (string[])["AWS_REGION", "AWS_DEFAULT_REGION"])
            if (IsSet(variable(name)))
                return variable(name);
        var profile = location.Profile ?? (IsSet(variable("AWS_PROFILE")) ? variable("AWS_PROFILE")! : DefaultProfile);
        return Chain(variable).TryGetProfile(profile, out var found) ? found.Region?.SystemName : null;
    }

    static AWSCredentials? FromProfile(string name, Func<string, string?> variable)
    {
        try
        {
            return Chain(variable).TryGetAWSCredentials(name, out var credentials) ? credentials : null;
        }
        catch (AmazonClientException e)
        {
            throw Refused(
                $"the profile \"{name}\" cannot be used ({e.Message.TrimEnd('.')}). "
                + "Correct it in the AWS configuration", e);
        }
    }

    static CredentialProfileStoreChain Chain(Func<string, string?> variable) =>
        new(variable("AWS_SHARED_CREDENTIALS_FILE"));

    static bool IsSet(string? value) => !string.IsNullOrEmpty(value);

    static StoreException Refused(string message, Exception? inner = null) =>
        new(StoreErrorKind.Refused, message, key: null, inner);
}
