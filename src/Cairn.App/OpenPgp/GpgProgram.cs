using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Cairn.App.Secrets;
using Cairn.Engine.Primitives;

namespace Cairn.App.OpenPgp;

/// <summary>What a run of gpg gave. The output is the caller's to clear.</summary>
readonly record struct GpgResult(int ExitCode, byte[] Output, int OutputLength, GpgStatus Status)
{
    public bool Succeeded => ExitCode == 0;
    public ReadOnlySpan<byte> Content => Output.AsSpan(0, OutputLength);
}

/// <summary>
/// Runs the <c>gpg</c> program, as the user has set it up: its agent, smartcards and pinentry work as anywhere. Secrets
/// go through pipes, never into arguments or files.
/// </summary>
static class GpgProgram
{
    const string Name = "gpg";
    const int OutputMax = 1 << 20;
    const int NoSuchFile = 2;

    // Not --quiet: then it does not say why it could not decrypt.
    static readonly string[] Standard = ["--batch", "--no-greeting", "--status-fd", "2"];

    /// <param name="arguments">What to do, without how.</param>
    /// <param name="passphrase">Of the OpenPGP key, if gpg shall not ask for it itself. One line.</param>
    /// <param name="input">What gpg reads.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    public static GpgResult Run(
        IReadOnlyList<string> arguments, SecretKey? passphrase, ReadOnlySpan<byte> input,
        CancellationToken cancellationToken)
    {
        using var process = Start([.. Standard, .. Unlocking(passphrase), .. arguments]);
        using var registration = cancellationToken.Register(() => Kill(process));
        var speaking = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Feed(process, passphrase, input);
        var output = GC.AllocateArray<byte>(OutputMax, pinned: true);
        var length = process.StandardOutput.BaseStream.ReadAtLeast(output, OutputMax, throwOnEndOfStream: false);
        process.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        return new GpgResult(process.ExitCode, output, length, new GpgStatus(speaking.GetAwaiter().GetResult()));
    }

    // From a pipe that nobody else reads: gpg takes the first line of it, and then what it works on.
    static string[] Unlocking(SecretKey? passphrase) =>
        passphrase is null ? [] : ["--pinentry-mode", "loopback", "--passphrase-fd", "0"];

    static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(Name)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8, UseShellExecute = false,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        ShellCommand.RemoveOwnSecrets(start);
        // The agent asks where its caller sits; gpg sees only pipes from us.
        if (!start.Environment.ContainsKey("GPG_TTY") && Terminal() is { } terminal)
            start.Environment["GPG_TTY"] = terminal;
        try
        {
            return Process.Start(start) ?? throw new OpenPgpException("gpg did not start");
        }
        catch (Win32Exception e)
        {
            throw e.NativeErrorCode == NoSuchFile
                ? new OpenPgpException("the program gpg, which OpenPGP keys need, is not installed",
                    "install the package gnupg: apt-get install gnupg")
                : new OpenPgpException($"gpg cannot be run: {e.Message}");
        }
    }

    static void Feed(Process process, SecretKey? passphrase, ReadOnlySpan<byte> input)
    {
        try
        {
            using var pipe = process.StandardInput.BaseStream;
            if (passphrase is not null)
            {
                pipe.Write(passphrase.AsSpan());
                pipe.WriteByte((byte)'\n');
            }
            pipe.Write(input);
        }
        catch (IOException)
        {
            // It ended early; why, its status says.
        }
    }

    static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    static string? Terminal()
    {
        foreach (var descriptor in (ReadOnlySpan<int>)[0, 1, 2])
        {
            var target = File.ResolveLinkTarget($"/proc/self/fd/{descriptor}", returnFinalTarget: false)?.FullName;
            if (target is not null && (target.StartsWith("/dev/pts/", StringComparison.Ordinal)
                || target.StartsWith("/dev/tty", StringComparison.Ordinal)))
                return target;
        }
        return null;
    }
}
