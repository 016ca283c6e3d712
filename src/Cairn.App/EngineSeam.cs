// Stand-ins for operations of the engine that are not merged yet: this file goes when they come, nothing else changes.
#pragma warning disable CS9113
using Cairn.Engine.Repositories.Reading;

namespace Cairn.Engine.Operations.Check;

public sealed class CheckMonitor : IProgressSource
{
    public ProgressSample Sample() => default;
}

public static class CheckOperation
{
    public static Task<CheckResult> RunAsync(
        ReadSession session, CheckOptions options, CheckMonitor monitor, CancellationToken ct) =>
        throw new NotSupportedException("not merged yet");
}
