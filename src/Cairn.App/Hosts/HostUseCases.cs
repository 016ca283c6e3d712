using Cairn.App.Access;
using Cairn.App.Snapshots;
using Cairn.App.Text;
using Cairn.Engine.Crypto;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Operations.HostChanges;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Repositories.Hosts;

namespace Cairn.App.Hosts;

public sealed record EnrolRequest
{
    public required AccessOptions Access { get; init; }
    public required string Name { get; init; }

    /// <summary>What <c>host request</c> printed on the new machine.</summary>
    public required string Request { get; init; }

    public HostRole Role { get; init; } = HostRole.Host;
    public bool MayForget { get; init; }

    /// <summary>Where the enrolment goes, a new file; null to hand it to the caller.</summary>
    public string? Output { get; init; }
}

/// <param name="Enrolment">No secret: only the new machine can open it.</param>
public sealed record EnrolReport(
    RepositoryId Repository, SignerId Host, string Name, HostRole Role, ReadOnlyMemory<byte> Enrolment);

public sealed record RevokeRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>A name, or an id or a beginning of one.</summary>
    public required string Host { get; init; }

    /// <summary>Snapshots of this time or later do not count either.</summary>
    public string? Since { get; init; }
}

public sealed record JoinReport(
    string Location, RepositoryId Repository, SignerId Host, string Name, HostRole Role, string CredentialFile);

/// <summary>
/// How machines are let in and out. The new machine makes its keys and shows the public halves (request); the admin
/// lets it in and answers with what it needs, sealed to it (enrol); the machine takes that (join). So no secret ever
/// leaves a machine in the clear, and the key a host signs with never leaves it at all.
/// </summary>
public static class HostUseCases
{
    const int EnrolmentSizeMax = 16 << 10;

    /// <summary>On the new machine; needs no repository.</summary>
    public static HostRequest Request(AppEnvironment environment)
    {
        using var pending = PendingHost.Create(environment.Engine.Random);
        new CredentialStore(environment.Paths, environment.Events).Write(pending);
        return pending.ToRequest();
    }

    /// <summary>On the admin's machine.</summary>
    public static async Task<EnrolReport> EnrolAsync(
        AppEnvironment environment, EnrolRequest request, CancellationToken cancellationToken)
    {
        var parsed = HostRequest.TryParse(request.Request.Trim()) ?? throw new UsageException(
            "this is no request of a new machine, or a letter of it is wrong",
            "make one on the new machine with: cairn host request");
        if (request.Name.Length is 0 or > HostOperations.NameLengthMax || request.Name.Any(char.IsControl))
            throw new UsageException($"a host's name has 1 to {HostOperations.NameLengthMax} printable characters");
        if (request is { MayForget: true, Role: HostRole.Host })
            throw new UsageException("--may-forget is for maintainers", "add --maintainer");
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        var repository = open.Repository;
        if (repository.Signers.FindEnrolled(parsed.Host) is not null)
            throw new UsageException("this request was used already", "make another with: cairn host request");
        if (repository.Signers.Enrolled.FirstOrDefault(
            other => other is { Revoked: null } && other.Name == request.Name) is { } namesake)
            environment.Events.Notice(
                $"there is another {request.Name} already ({namesake.Id}); if that machine is gone: cairn host revoke "
                + namesake.Id.ToString()[..HostFinder.ShownDigits]);
        using var file = request.Output is { } path ? ReserveOutput(path) : null;
        var enrolment = await HostOperations.EnrolAsync(
            repository, parsed, request.Name, request.Role, request.MayForget, cancellationToken);
        var bytes = enrolment.Encode();
        file?.Write(bytes);
        return new EnrolReport(repository.Id, parsed.Host, request.Name, request.Role, bytes);
    }

    /// <summary>On the new machine again.</summary>
    /// <param name="environment">The surroundings.</param>
    /// <param name="options">Where the repository is.</param>
    /// <param name="file">What <c>host enrol</c> made; null to read <paramref name="input"/>.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<JoinReport> JoinAsync(
        AppEnvironment environment, AccessOptions options, string? file, Stream input,
        CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, options);
        var enrolment = ReadEnrolment(file, input);
        using var pending = access.Credentials.TryReadPending(enrolment.Host) ?? throw new CredentialException(
            $"the enrolment of {enrolment.Name} is for another machine: the key {enrolment.Host} was not made here, or "
            + "it joined already. Make a request here with: cairn host request");
        await using var store = access.OpenStore(createRoot: false);
        using var joined = await JoinOperation.RunAsync(
            store, enrolment, pending, environment.Engine, cancellationToken);
        var role = joined.Host is null ? HostRole.Maintainer : HostRole.Host;
        var credential = joined.Host is { } host
            ? access.Credentials.WriteNew(host) : access.Credentials.WriteNew(joined.Maintainer!);
        if (joined.Host is not null)
            BeginChain(environment, enrolment);
        access.Credentials.DeletePending(enrolment.Host);
        return new JoinReport(
            access.Location.Text, enrolment.Repository, enrolment.Host, enrolment.Name, role, credential);
    }

    /// <summary>With any credential of this machine, else with the repository's key.</summary>
    public static async Task<IReadOnlyList<EnrolledSigner>> ListAsync(
        AppEnvironment environment, AccessOptions options, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, options);
        await using var open = await access.OpenForListingHostsAsync(cancellationToken);
        foreach (var problem in open.Repository.Problems)
            environment.Events.Notice(problem);
        return [.. open.Repository.Signers.Enrolled.OrderBy(signer => signer.Enrolled).ThenBy(signer => signer.Id)];
    }

    public static async Task<Revocation> RevokeAsync(
        AppEnvironment environment, RevokeRequest request, CancellationToken cancellationToken)
    {
        var since = request.Since is { } text ? ParseTime(environment, text) : (DateTimeOffset?)null;
        var access = new RepositoryAccess(environment, request.Access);
        await using var open = await access.OpenForReadingAsync(cancellationToken);
        // A name may have gone over from a revoked machine to another.
        var all = open.Repository.Signers.Enrolled;
        var active = all.Where(signer => signer.Revoked is null).ToList();
        var signer = HostFinder.Find(active.Any(other => other.Name == request.Host) ? active : all, request.Host);
        if (signer.Revoked is { } when)
            throw new UsageException(
                $"{signer.Name} ({signer.Id}) was revoked already, on {when.UtcDateTime:yyyy-MM-dd}");
        return await HostOperations.RevokeAsync(open.Repository, signer, since, cancellationToken);
    }

    static DateTimeOffset ParseTime(AppEnvironment environment, string text) =>
        TimeExpression.TryParse(text, environment.Time) ?? throw new UsageException(
            $"\"{text}\" is no time", "write it like 2026-01-31, 2026-01-31T07:00 or 3D (three days ago)");

    // This key has signed no ledger yet, and here alone that is known for sure.
    static void BeginChain(AppEnvironment environment, Enrolment enrolment)
    {
        var state = new Storage.State.FileStateFolder(
            environment.Paths.StateOf(enrolment.Repository), environment.Engine.Time);
        new LedgerChain(state, enrolment.Host).Begin();
    }

    static Enrolment ReadEnrolment(string? file, Stream input)
    {
        var name = file ?? "standard input";
        var buffer = new byte[EnrolmentSizeMax + 1];
        try
        {
            using var opened = file is null ? null : File.OpenRead(file);
            var length = (opened ?? input).ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > EnrolmentSizeMax)
                throw new CredentialException("it is too large for an enrolment");
            return Enrolment.Decode(buffer.AsSpan(0, length));
        }
        catch (CredentialException e)
        {
            throw new CredentialException($"the enrolment in {name} cannot be used: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the enrolment in {name} cannot be read: {FileTrouble.Describe(e)}");
        }
    }

    // Before the host is let in, so that there is no host whose enrolment has no place.
    static ReservedFile ReserveOutput(string path)
    {
        try
        {
            return ReservedFile.Create(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"the file for the enrolment cannot be made: {FileTrouble.Describe(e)}",
                "name a file that does not exist yet");
        }
    }
}
