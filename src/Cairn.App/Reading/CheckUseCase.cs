using Cairn.App.Access;
using Cairn.Engine.Operations.Check;

namespace Cairn.App.Reading;

public sealed record CheckRequest
{
    public required AccessOptions Access { get; init; }

    /// <summary>Of the packs, to be read and verified: 0 to 100.</summary>
    public double ReadDataPercent { get; init; }
}

public static class CheckUseCase
{
    public static async Task<CheckResult> RunAsync(
        AppEnvironment environment, CheckRequest request, CancellationToken cancellationToken)
    {
        await using var open = await OpenSnapshots.OpenAsync(environment, request.Access, cancellationToken);
        var monitor = new CheckMonitor();
        var options = new CheckOptions { ReadDataPercent = request.ReadDataPercent, Workers = environment.Workers };
        environment.Events.Start(
            request.ReadDataPercent > 0 ? "checking the repository and reading packs" : "checking the repository",
            monitor);
        return await CheckOperation.RunAsync(open.Session, options, monitor, cancellationToken);
    }
}
