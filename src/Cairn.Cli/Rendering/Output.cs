using System.Text;
using System.Text.Json;
using Cairn.App.Logging;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Cli.Rendering;

/// <summary>
/// Everything that the process prints goes through here: lines for a person, or events for a program (docs/json.md).
/// Results and summaries go to standard output; errors, notices, and progress on a terminal to standard error. Any
/// thread.
/// </summary>
sealed class Output : IDisposable
{
    const string ClearLine = "\r\x1b[K";
    const int BufferSize = 32 << 10;

    readonly Lock _lock = new();
    readonly Stream _out;
    readonly Stream _error;
    string _status = "";

    public Output(Stream standardOutput, Stream standardError, OutputOptions options)
    {
        _out = new BufferedStream(standardOutput, BufferSize);
        _error = standardError;
        Options = options;
    }

    public OutputOptions Options { get; }
    public bool IsJson => Options.IsJson;

    /// <summary>Gets what a person sees besides results; null without one.</summary>
    public LogFile? Log { get; set; }

    /// <summary>A summary was printed, and nothing new has begun: no progress is to follow it.</summary>
    public bool HasSummed { get; private set; }

    /// <summary>Somebody watches, or a program that wants to know.</summary>
    public bool ShowsProgress => IsJson || (Options.IsErrorTerminal && !Options.IsQuiet);

    /// <summary>For verbs whose standard output is content: everything else goes to standard error.</summary>
    public bool IsContentOnOutput { get; set; }

    public static Output ForProcess(bool isJson, bool isQuiet, int verbosity) => new(
        Console.IsOutputRedirected ? Console.OpenStandardOutput() : OpenTerminal(descriptor: 1),
        Console.IsErrorRedirected ? Console.OpenStandardError() : OpenTerminal(descriptor: 2),
        new OutputOptions
        {
            IsJson = isJson, IsQuiet = isQuiet, Verbosity = verbosity,
            IsTerminal = !Console.IsOutputRedirected, IsErrorTerminal = !Console.IsErrorRedirected,
            HasColour = !Console.IsErrorRedirected && AllowsColour(),
            HasResultColour = !Console.IsOutputRedirected && AllowsColour(),
        });

    // See no-color.org.
    static bool AllowsColour() => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>What was asked for: printed also when quiet.</summary>
    public void Result(string line)
    {
        if (!IsJson)
            Write(_out, line + "\n");
    }

    public void Result(Table table)
    {
        foreach (var line in table.Lines())
            Result(line);
    }

    /// <summary>The text in a colour where a result goes to a terminal.</summary>
    public string Paint(string colour, string text) =>
        Options.HasResultColour ? $"\x1b[{colour}m{text}\x1b[0m" : text;

    /// <summary>How it went: not printed when quiet.</summary>
    public void Summary(string line)
    {
        Log?.Write(LogLevel.Info, line.Trim());
        ShowSummary(line);
    }

    void ShowSummary(string line)
    {
        if (!IsJson && !Options.IsQuiet)
            Write(IsContentOnOutput ? _error : _out, line + "\n");
    }

    public void Started(string what)
    {
        HasSummed = false;
        Log?.Write(LogLevel.Info, what);
        if (IsJson)
            Event("start", writer => writer.WriteString("message", what));
        else if (!IsContentOnOutput || Options.IsErrorTerminal)
            ShowSummary(what);
        Flush();
    }

    public void Notice(string message)
    {
        Log?.Write(LogLevel.Info, message);
        if (IsJson)
            Event("notice", writer => writer.WriteString("message", message));
        else if (!Options.IsQuiet)
            Write(_error, $"cairn: {message}\n");
    }

    /// <summary>Something is not as it should be, though the run goes on: printed also when quiet.</summary>
    public void Warning(string message)
    {
        Log?.Write(LogLevel.Warning, message);
        if (!IsJson)
            Write(_error, $"{Coloured(Colours.Yellow, "cairn:")} {message}\n");
    }

    public void Error(ErrorReport report, int exitCode, Exception? details = null)
    {
        Log?.Write(LogLevel.Error, $"{report.Message} (exit code {exitCode})");
        if (details is not null)
            Log?.Write(LogLevel.Debug, details.ToString());
        if (IsJson)
        {
            Event("error", writer =>
            {
                writer.WriteString("message", report.Message);
                if (report.Hint is { } hint)
                    writer.WriteString("hint", hint);
                writer.WriteNumber("exitCode", exitCode);
            });
        }
        var text = new StringBuilder($"{Coloured(Colours.Red, "cairn:")} {report.Message}\n");
        if (report.Hint is not null)
            text.Append($"  {report.Hint}\n");
        if (details is not null && Options.Verbosity >= 2)
            text.Append(details).Append('\n');
        Write(_error, text.ToString());
        try
        {
            Flush();
        }
        catch (OutputClosedException)
        {
            // The message went to standard error.
        }
    }

    /// <summary>What every summary event ends with.</summary>
    public Action<Utf8JsonWriter>? SummaryEnd { get; set; }

    /// <summary>One line on standard output, at once: readers follow along.</summary>
    public void Event(string type, Action<Utf8JsonWriter> content)
    {
        HasSummed |= type == "summary";
        if (!IsJson)
            return;
        var line = JsonEvent.Write(type, type == "summary" ? content + SummaryEnd : content);
        lock (_lock)
        {
            Guard(() =>
            {
                var target = IsContentOnOutput ? _error : _out;
                target.Write(line.Span);
                target.Flush();
            });
        }
    }

    /// <summary>Replaces the line at the bottom of the terminal; empty removes it.</summary>
    public void Status(string line)
    {
        lock (_lock)
        {
            if (line != _status)
                WriteRaw(_error, ClearLine + line);
            _status = line;
        }
    }

    /// <summary>Standard output itself, for content.</summary>
    public Stream Content => _out;

    public void Flush()
    {
        lock (_lock)
            Guard(_out.Flush);
    }

    public void Dispose()
    {
        Log?.Dispose();
        try
        {
            Flush();
        }
        catch (OutputClosedException)
        {
            // Nobody is there to be told.
        }
    }

    void Write(Stream target, string text)
    {
        lock (_lock)
        {
            if (_status.Length > 0)
                WriteRaw(_error, ClearLine);
            // Both may be the same terminal or file: lines stand in the order in which they were said.
            if (target == _error)
                Guard(_out.Flush);
            WriteRaw(target, text);
            if (_status.Length > 0)
            {
                Guard(target.Flush);
                WriteRaw(_error, _status);
            }
        }
    }

    void WriteRaw(Stream target, string text) => Guard(() => target.Write(Encoding.UTF8.GetBytes(text)));

    // The console's own streams would switch the terminal's keypad on first; files need their shared position.
    static FileStream OpenTerminal(int descriptor) =>
        new(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw new OutputClosedException(e);
        }
    }

    string Coloured(string code, string text) => Options.HasColour ? $"\x1b[{code}m{text}\x1b[0m" : text;
}

sealed record OutputOptions
{
    public bool IsJson { get; init; }
    public bool IsQuiet { get; init; }
    public int Verbosity { get; init; }
    public bool IsTerminal { get; init; }
    public bool IsErrorTerminal { get; init; }

    /// <summary>On standard error.</summary>
    public bool HasColour { get; init; }

    /// <summary>On standard output.</summary>
    public bool HasResultColour { get; init; }
}
