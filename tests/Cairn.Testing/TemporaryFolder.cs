using System.Diagnostics;

namespace Cairn.Testing;

/// <summary>A folder of a test's own, removed when the test is over.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    // By programs: .NET cannot name files whose names are not UTF-8. A test may also have taken rights away that
    // removing needs.
    public void Dispose()
    {
        Run("chmod", "-R", "u+rwX", "--", Path);
        Run("rm", "-rf", "--", Path);
    }

    static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        Patience.AwaitExit(process, program);
        Patience.Read(errors, program);
    }
}
