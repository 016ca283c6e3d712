using Cairn.App.Access;
using Cairn.Storage.Probing;

namespace Cairn.App.Doctor;

public sealed record DoctorReport(string Location, IReadOnlyList<ProbeLine> Lines);

/// <summary>
/// Looks what the store of a repository does, by doing it, and remembers what later runs need to know. Needs no key of
/// the repository, and none has to be there.
/// </summary>
public static class DoctorUseCase
{
    public static async Task<DoctorReport> RunAsync(
        AppEnvironment environment, AccessOptions options, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(environment, options);
        var location = access.Location;
        if (location.S3 is { } s3)
        {
            await using var bucket = access.Stores.OpenForProbe(location);
            var probe = await access.Stores.ProbeAsync(bucket, s3, cancellationToken);
            return new DoctorReport(location.Text, probe.Lines);
        }
        await using var store = access.OpenStore(createRoot: false);
        return new DoctorReport(location.Text, await new StoreProbe(store).RunAsync(cancellationToken));
    }
}
