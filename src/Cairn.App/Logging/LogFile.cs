using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.App.Interop;
using Microsoft.Win32.SafeHandles;

namespace Cairn.App.Logging;

/// <param name="IsJson">A JSON object a line instead of text.</param>
public sealed record LogOptions(string Path, LogLevel Level, bool IsJson);

/// <summary>
/// A file that runs append their lines to, each line in one write, so that runs at the same time do not cut each
/// other's lines. For its owner only, since messages have names of files in them. A line that cannot be written (the
/// disk is full) is given up: a log must not end a backup. Any thread.
/// </summary>
public sealed class LogFile : IDisposable
{
    readonly Lock _lock = new();
    readonly SafeFileHandle _file;
    readonly LogOptions _options;
    readonly TimeProvider _time;

    LogFile(SafeFileHandle file, LogOptions options, TimeProvider time)
    {
        _file = file;
        _options = options;
        _time = time;
    }

    public bool IsDebug => _options.Level >= LogLevel.Debug;

    /// <exception cref="IOException">The file cannot be opened or made.</exception>
    public static LogFile Open(LogOptions options, TimeProvider time) =>
        new(Libc.OpenForAppending(options.Path), options, time);

    public void Write(LogLevel level, string message)
    {
        if (level > _options.Level)
            return;
        var line = Encoding.UTF8.GetBytes(Format(level, message));
        lock (_lock)
        {
            // See above for what happens if not.
            if (!_file.IsClosed)
                Libc.TryWrite(_file, line);
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _file.Dispose();
    }

    string Format(LogLevel level, string message)
    {
        var time = _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var name = level.ToString().ToLowerInvariant();
        if (!_options.IsJson)
            return $"{time} {name,-7} [{Environment.ProcessId}] {message.ReplaceLineEndings(" ")}\n";
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, JsonOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("time", time);
            writer.WriteString("level", name);
            writer.WriteNumber("pid", Environment.ProcessId);
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    static readonly JsonWriterOptions JsonOptions = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
