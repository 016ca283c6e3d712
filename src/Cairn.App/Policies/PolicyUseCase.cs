using Cairn.App.Access;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;
using Cairn.Storage.S3;

namespace Cairn.App.Policies;

public sealed record PolicyRequest
{
    public required AccessOptions Access { get; init; }
    public required StoreRole Role { get; init; }

    /// <summary>The id of the host that is meant; null for any.</summary>
    public string? HostId { get; init; }

    /// <summary>Whom a policy of the bucket is for; null for one that is attached to a user or role.</summary>
    public string? Principal { get; init; }
}

/// <param name="Notes">What the policy cannot do at this store.</param>
public sealed record PolicyReport(byte[] Document, IReadOnlyList<string> Notes);

/// <summary>
/// Writes the policy of a role for a repository's bucket. Needs no key: the descriptor says whether objects are locked.
/// </summary>
public static class PolicyUseCase
{
    public static async Task<PolicyReport> RunAsync(
        AppEnvironment environment, PolicyRequest request, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, request.Access);
        var s3 = access.Location.S3 ?? throw new UsageException(
            $"policies are for buckets of S3, and {access.Location} is none");
        if (request.HostId is { } id && !IsId(id))
            throw new UsageException(
                $"--host {id} is no id of a host", "it is what \"cairn host list\" shows, 32 hex digits in full");
        await using var store = access.OpenStore(createRoot: false);
        var descriptor = await RepositoryOpener.ReadDescriptorAsync(store, cancellationToken);
        var plan = new PolicyPlan
        {
            Bucket = s3.Bucket, Prefix = s3.Prefix, Lease = descriptor.Lease, HostId = request.HostId,
            KnowsConditions = s3.Endpoint is null,
            LocksByDefault = descriptor.Lease is { } lease
                && await LocksByDefaultAsync(access, s3, lease.Lock, cancellationToken),
        };
        return new PolicyReport(
            PolicyDocument.Write(plan.Of(request.Role), request.Principal), [.. NotesOf(plan, request.Role)]);
    }

    static async Task<bool> LocksByDefaultAsync(
        RepositoryAccess access, S3Location s3, ObjectLock asked, CancellationToken cancellationToken)
    {
        await using var store = access.Stores.OpenForProbe(access.Location);
        var found = await new S3Bucket(store, s3).ReadDefaultLockAsync(cancellationToken);
        return found is not null && found.Mode >= asked.Mode && found.Duration >= asked.Duration;
    }

    static IEnumerable<string> NotesOf(PolicyPlan plan, StoreRole role)
    {
        if (!plan.KnowsConditions && role is StoreRole.Host or StoreRole.Maintainer or StoreRole.Admin)
            yield return "only Amazon's policies can bind a PUT to names that are free: here whoever has these rights "
                + "can put other versions over what is there, which hides it and destroys nothing where versions are "
                + "kept";
        if (!plan.KnowsConditions
            && plan.Of(role).Any(statement => statement.Actions.Contains("s3:PutObjectRetention")))
            yield return "only Amazon's policies can bound locks: here whoever has these rights can lock what is there "
                + "for as long as the store allows, which costs storage";
        if (role == StoreRole.Host && plan.HostId is null)
            yield return "this is for every host; with --host ID it is for one, which then can store ledgers and "
                + "snapshots in no other's place";
    }

    static bool IsId(string text) =>
        text.Length == 2 * SignerId.Size && text.All(letter => char.IsAsciiHexDigitLower(letter));
}
