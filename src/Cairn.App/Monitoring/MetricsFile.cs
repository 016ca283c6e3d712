using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.App.Monitoring;

/// <param name="Source">What the run backed up: a label, so that several jobs share one file.</param>
/// <param name="Values">By name of the metric.</param>
sealed record MetricsSample(string Source, IReadOnlyDictionary<string, double> Values);

/// <summary>
/// Metrics in Prometheus' text format, for node_exporter's textfile collector. What other sources wrote stays, and so
/// does what a sample has no value for: the time of the last success outlives failures. Written whole or not at all.
/// </summary>
sealed class MetricsFile(string path)
{
    const int FileSizeMax = 4 << 20;
    const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.OtherRead;

    static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(50);
    const int LockPolls = 100;

    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task WriteAsync(MetricsSample sample, TimeProvider time)
    {
        using var held = await LockAsync(time);
        var values = Read();
        var label = $"source=\"{Escape(sample.Source)}\"";
        foreach (var (name, value) in sample.Values)
            values[(name, label)] = value.ToString("R", CultureInfo.InvariantCulture);
        Replace(Encoding.UTF8.GetBytes(Format(values)));
    }

    static string Format(SortedDictionary<(string Name, string Labels), string> values)
    {
        var text = new StringBuilder();
        foreach (var (name, help) in BackupMetrics.Descriptions)
        {
            var some = values.Where(item => item.Key.Name == name).ToList();
            if (some.Count == 0)
                continue;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");
            foreach (var ((_, labels), value) in some)
                text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {value}\n");
        }
        return text.ToString();
    }

    // What this program did not write is not kept: the file is its own.
    SortedDictionary<(string Name, string Labels), string> Read()
    {
        var values = new SortedDictionary<(string Name, string Labels), string>(Comparer);
        if (!File.Exists(path) || new FileInfo(path).Length > FileSizeMax)
            return values;
        foreach (var line in File.ReadAllLines(path))
        {
            var (open, close) = (line.IndexOf('{'), line.LastIndexOf("} ", StringComparison.Ordinal));
            if (line.StartsWith('#') || open <= 0 || close < open
                || !BackupMetrics.Descriptions.ContainsKey(line[..open])
                || !double.TryParse(line[(close + 2)..], CultureInfo.InvariantCulture, out _))
                continue;
            values[(line[..open], line[(open + 1)..close])] = line[(close + 2)..];
        }
        return values;
    }

    // The collector takes every file that ends in .prom: not this one.
    void Replace(byte[] content)
    {
        var temporary = Path.Combine(
            Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{RandomNumberGenerator.GetHexString(16)}");
        try
        {
            using (var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Readable,
            }))
                file.Write(content);
            // Whatever the umask is: another user collects it.
            File.SetUnixFileMode(temporary, Readable);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    // Two jobs that end in the same moment would each lose what the other wrote.
    async Task<FileStream> LockAsync(TimeProvider time)
    {
        var name = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.lock");
        for (var poll = 0; ; poll++)
        {
            try
            {
                return new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && poll < LockPolls)
            {
                await Task.Delay(LockPoll, time);
            }
        }
    }

    static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);

    static readonly Comparer<(string Name, string Labels)> Comparer = Comparer<(string Name, string Labels)>.Create(
        (left, right) => string.CompareOrdinal(left.Name, right.Name) is not 0 and var order
            ? order
            : string.CompareOrdinal(left.Labels, right.Labels));
}
