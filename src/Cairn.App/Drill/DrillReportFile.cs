using System.Text;

namespace Cairn.App.Drill;

/// <summary>
/// The reports of drills in one file, a line of JSON each: the newest comes behind the others. Replaced whole, so that
/// a line is there with all before it, or not at all.
/// </summary>
public sealed class DrillReportFile
{
    const long BytesMax = 256 << 20;

    readonly string _path;

    DrillReportFile(string path) => _path = path;

    /// <summary>Before the work, so that none is done whose report has no place.</summary>
    public static DrillReportFile Open(AppEnvironment environment, ReadOnlyMemory<byte> path)
    {
        var text = Encoding.UTF8.GetString(
            Cairn.App.Text.PathBytes.MakeAbsolute(path.Span, environment.WorkingFolder.Span));
        if (Directory.Exists(text))
            throw new UsageException($"the report {text} is a directory", "name a file");
        if (!Directory.Exists(Path.GetDirectoryName(text)))
            throw new UsageException($"the directory of the report {text} is not there", "make it first");
        if (File.Exists(text) && new FileInfo(text).Length > BytesMax)
            throw new UsageException($"the report {text} is too long to go on with", "name another file");
        return new DrillReportFile(text);
    }

    /// <param name="line">With its end.</param>
    public void Append(ReadOnlySpan<byte> line)
    {
        var before = File.Exists(_path) ? File.ReadAllBytes(_path) : [];
        ReadOnlySpan<byte> end = before.Length > 0 && before[^1] != '\n' ? "\n"u8 : default;
        PrivateFile.Write(_path, [.. before, .. end, .. line]);
    }
}
