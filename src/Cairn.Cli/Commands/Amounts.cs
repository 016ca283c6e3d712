using Cairn.App;
using Cairn.App.Snapshots;
using Cairn.Engine.Primitives;

namespace Cairn.Cli.Commands;

/// <summary>Lengths of time and sizes on the command line, none of them nothing.</summary>
static class Amounts
{
    /// <summary>A century: more cannot be reckoned with.</summary>
    static readonly TimeSpan TimeMax = TimeSpan.FromDays(36_500);

    public static TimeSpan Time(string option, string text) =>
        TimeExpression.TryParseInterval(text) is { } time && time >= TimeSpan.FromSeconds(1) && time <= TimeMax
            ? time
            : throw new UsageException($"{option} {text} is no length of time", "it is like 90D, 12W or 36h");

    public static long Size(string option, string text) =>
        ByteSize.TryParse(text, out var size) && size > 0
            ? size
            : throw new UsageException($"{option} {text} is no size", "sizes are like 4096, 64K, 1.5G");
}
