using Cairn.App.Access;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Storage;

namespace Cairn.App.Reading;

public sealed record CheckRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>Of the packs, to be read and verified: 0 to 100.</summary>
    public double ReadDataPercent { get; init; }

    /// <summary>Chooses the packs instead; null for none.</summary>
    public ReadSchedule? Schedule { get; init; }
}

public static class CheckUseCase
{
    public static async Task<CheckResult> RunAsync(
        AppEnvironment environment, CheckRequest request, CancellationToken cancellationToken)
    {
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var monitor = new CheckMonitor();
        var options = new CheckOptions
        {
            ReadDataPercent = request.ReadDataPercent, Schedule = request.Schedule, Workers = environment.Workers,
            Records = open.Records,
        };
        environment.Events.Start(
            request.ReadDataPercent > 0 || request.Schedule is not null
                ? "checking the repository and reading packs"
                : "checking the repository",
            monitor);
        var result = await CheckOperation.RunAsync(open.Session, options, monitor, cancellationToken);
        var versions = request.Access.AsOf is null ? open.Session.Repository.Store.Versions : null;
        var found = versions is null
            ? []
            : await VersionCheck.RunAsync(
                versions, open.Session.Retired, open.Session.Index, cancellationToken);
        var replaced = open.Replaced().Order().Select(key => new CheckFinding(
            CheckSeverity.Repairable, key.Value, Kind: null,
            "somebody hid or overwrote it: an older version was read. Put it right with: cairn recover"));
        return result with { Findings = [.. result.Findings, .. found, .. replaced] };
    }
}
