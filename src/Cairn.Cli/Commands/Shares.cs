using System.Globalization;
using Cairn.App;

namespace Cairn.Cli.Commands;

/// <summary>Percentages on the command line.</summary>
static class Shares
{
    /// <summary>From 0% to 100%; the sign may be left out.</summary>
    public static double Parse(string option, string text) =>
        double.TryParse(
            text.AsSpan().TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
        && percent is >= 0 and <= 100
            ? percent
            : throw new UsageException($"{option} {text} is no share", "it is 0% to 100%, like 40%");
}
