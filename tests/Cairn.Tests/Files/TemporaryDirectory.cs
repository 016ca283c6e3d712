using System.Runtime.InteropServices;
using System.Text;
using Cairn.Testing;

namespace Cairn.Tests.Files;

/// <summary>A real directory of the test's own, with the few calls that .NET has no byte names for.</summary>
sealed partial class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cairn-files-").FullName;

    public byte[] Bytes => Encoding.UTF8.GetBytes(Path);

    public string At(string relative) => System.IO.Path.Combine(Path, relative);

    public byte[] BytesAt(string relative) => Encoding.UTF8.GetBytes(At(relative));

    public string AddDirectory(string relative) => Directory.CreateDirectory(At(relative)).FullName;

    public string AddFile(string relative, string content = "content")
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(relative))!);
        File.WriteAllText(At(relative), content);
        return At(relative);
    }

    public void AddFileWithRawName(byte[] name, byte[] content)
    {
        var descriptor = open([.. Bytes, (byte)'/', .. name, 0], 0x41, 0x1A4); // O_CREAT | O_WRONLY, rw-r--r--
        Assert.True(descriptor >= 0, "cannot create a file with such a name");
        Assert.Equal(content.Length, write(descriptor, content, content.Length));
        close(descriptor);
    }

    /// <summary>Runs a tool of the system that must succeed; its output.</summary>
    public string Run(string command, params string[] arguments)
    {
        var start = new System.Diagnostics.ProcessStartInfo(command, arguments)
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path,
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        Patience.AwaitExit(process, command);
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        return Patience.Read(output, command);
    }

    // By a tool, since .NET stumbles over deep trees and names that are no text.
    public void Dispose()
    {
        const string script = "chmod -R u+rwx \"$1\" 2>/dev/null; rm -rf \"$1\"";
        using var process = System.Diagnostics.Process.Start("sh", ["-c", script, "sh", Path]);
        Patience.AwaitExit(process, script);
    }

    [LibraryImport("libc")]
    private static partial int open(byte[] path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, byte[] content, nint length);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
