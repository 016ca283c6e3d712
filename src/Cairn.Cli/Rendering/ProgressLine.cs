using Cairn.Engine.Operations;

namespace Cairn.Cli.Rendering;

/// <summary>Such as "reading  41%  12,345 files  1.2 GiB of 2.9 GiB  85.1 MiB/s  stored 300 MiB  0:21 min
/// left".</summary>
static class ProgressLine
{
    public static string Format(ProgressSample sample, TimeSpan elapsed, ProgressEstimate estimate)
    {
        var parts = new List<string> { sample.Phase };
        if (Percent(sample) is { } percent)
            parts.Add($"{percent}%");
        if (sample.Files > 0 || sample.FilesTotal is > 0)
            parts.Add(HumanText.Count(sample.Files, "file", "files"));
        parts.Add(sample.BytesTotal is { } total and > 0
            ? $"{HumanText.Size(sample.Bytes)} of {HumanText.Size(Math.Max(total, sample.Bytes))}"
            : HumanText.Size(sample.Bytes));
        if (estimate.BytesPerSecond >= 1)
            parts.Add($"{HumanText.Size((long)estimate.BytesPerSecond)}/s");
        if (sample.StoredBytes > 0)
            parts.Add($"stored {HumanText.Size(sample.StoredBytes)}");
        parts.Add(estimate.Left is { } left ? $"{HumanText.Duration(left)} left" : HumanText.Duration(elapsed));
        return string.Join("  ", parts);
    }

    static int? Percent(ProgressSample sample)
    {
        if (sample.BytesTotal is { } bytes and > 0)
            return (int)Math.Min(100, 100.0 * sample.Bytes / bytes);
        return sample.FilesTotal is { } files and > 0 ? (int)Math.Min(100, 100.0 * sample.Files / files) : null;
    }
}
