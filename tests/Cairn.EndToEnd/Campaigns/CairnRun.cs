using System.Diagnostics;
using System.Globalization;
using System.Text;
using Cairn.Testing;

namespace Cairn.EndToEnd.Campaigns;

/// <summary>The real executable against one repository in a folder of its own, with its memory watched.</summary>
sealed class CairnHome : IDisposable
{
    public const string Passphrase = "correct horse battery staple";

    public CairnHome()
    {
        Folder = Directory.CreateTempSubdirectory("cairn-campaign-").FullName;
        Repository = Path.Combine(Folder, "repository");
        Source = Path.Combine(Folder, "source");
        Directory.CreateDirectory(Source);
    }

    public string Folder { get; }
    /// <summary>As given to -r; a folder of its own unless set.</summary>
    public string Repository { get; init; }

    /// <summary>Set in the environment of the program, on top of what every run gets.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public string Source { get; }

    public static string Executable { get; } = Path.Combine(Shell.Root, "cairn");

    public CairnResult Init(params string[] options) =>
        Run(["init", "--recovery-file", Path.Combine(Folder, "recovery"), .. options]).RequireExit(0);

    public CairnResult Run(params string[] arguments)
    {
        using var process = Start(arguments);
        return process.Finish();
    }

    /// <summary>The same under another program, of which this is the beginning of the command line.</summary>
    public CairnResult RunUnder(string[] wrapper, params string[] arguments)
    {
        using var process = new CairnProcess(this, wrapper, arguments, standardInput: null);
        return process.Finish();
    }

    public CairnProcess Start(params string[] arguments) => new(this, [], arguments, standardInput: null);

    public CairnProcess StartWithInput(Action<Stream> write, params string[] arguments) =>
        new(this, [], arguments, write);

    public string Restore(string snapshot)
    {
        var target = Path.Combine(Folder, "restored");
        if (Directory.Exists(target))
            Directory.Delete(target, recursive: true);
        Run("restore", $"{snapshot}:{Source}", "--target", target).RequireExit(0);
        return target;
    }

    public long RepositoryBytes() => RepositoryFiles().Sum(file => file.Length);

    public IEnumerable<FileInfo> RepositoryFiles() =>
        new DirectoryInfo(Repository).EnumerateFiles("*", SearchOption.AllDirectories);

    public int PackCount() => Directory.Exists(Path.Combine(Repository, "packs"))
        ? Directory.EnumerateFiles(Path.Combine(Repository, "packs"), "*", SearchOption.AllDirectories)
            .Count(name => !name.Contains('~'))
        : 0;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

sealed record CairnResult(int ExitCode, string Output, string Errors, long PeakMemoryBytes, TimeSpan Elapsed)
{
    public CairnResult RequireExit(int code)
    {
        Assert.True(ExitCode == code, $"exit {ExitCode} instead of {code}\n{Output}\n{Errors}");
        return this;
    }
}

sealed class CairnProcess : IDisposable
{
    readonly Process _process;
    readonly string _command;
    readonly Task<string> _output;
    readonly Task<string> _errors;
    readonly Task<long> _memory;
    readonly Task _input;
    readonly Stopwatch _watch = Stopwatch.StartNew();

    public CairnProcess(CairnHome home, string[] wrapper, string[] arguments, Action<Stream>? standardInput)
    {
        string[] command = [.. wrapper, CairnHome.Executable, "-r", home.Repository, .. arguments];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
                RedirectStandardInput = standardInput is not null,
        };
        foreach (var argument in command[1..])
            start.ArgumentList.Add(argument);
        start.Environment["CAIRN_PASSPHRASE"] = CairnHome.Passphrase;
        foreach (var name in (string[])["CONFIG", "STATE", "CACHE", "DATA"])
            start.Environment[$"XDG_{name}_HOME"] = Path.Combine(home.Folder, name);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("AWS_", StringComparison.Ordinal))
            .ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in home.Variables)
            start.Environment[name] = value;
        _command = string.Join(' ', command);
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
        _memory = Task.Run(WatchMemory);
        _input = standardInput is null ? Task.CompletedTask : Task.Run(() =>
        {
            using var stream = _process.StandardInput.BaseStream;
            standardInput(stream);
        });
    }

    public int Id => _process.Id;

    public bool WaitFor(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>kill -9, of exactly this process.</summary>
    public void Kill() => _process.Kill();

    public CairnResult Finish()
    {
        Patience.AwaitExit(_process, _command);
        _input.Wait();
        // A Process is for one thread: asked by two, it may tell that it has exited before it knows the code, which is
        // then 0.
        var memory = _memory.Result;
        return new CairnResult(
            _process.ExitCode, Patience.Read(_output, _command), Patience.Read(_errors, _command), memory,
            _watch.Elapsed);
    }

    /// <summary>Where a test has failed, what it started must not go on.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    // The kernel keeps the peak, so looking now and then misses only what comes in the last moment.
    long WatchMemory()
    {
        var peak = 0L;
        while (!_process.HasExited)
        {
            try
            {
                foreach (var line in File.ReadLines($"/proc/{_process.Id}/status"))
                {
                    if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                        peak = long.Parse(line["VmHWM:".Length..^2].Trim(), CultureInfo.InvariantCulture) << 10;
                }
            }
            catch (IOException)
            {
                break;
            }
            _process.WaitForExit(20);
        }
        return peak;
    }
}

/// <summary>Sizes of campaigns: small in every test run, as large as the environment says when run by hand.</summary>
static class Scale
{
    public static long Of(string variable, long usual) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value)
            ? value
            : usual;
}

/// <summary>Bytes that do not compress, the same for the same seed, without keeping them.</summary>
static class Noise
{
    public static void Write(Stream stream, int seed, long length)
    {
        var random = new Random(seed);
        var block = new byte[1 << 20];
        for (var left = length; left > 0; left -= block.Length)
        {
            random.NextBytes(block);
            stream.Write(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        }
    }

    public static void WriteFile(string path, int seed, long length)
    {
        using var stream = File.Create(path);
        Write(stream, seed, length);
    }

    /// <summary>Text of words, which compresses.</summary>
    public static string Text(int seed, int words)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = 0; i < words; i++)
            text.Append("cairn stone path hill rain moss wind river".Split(' ')[random.Next(8)]).Append(
                random.Next(100)).Append(' ');
        return text.ToString();
    }
}
