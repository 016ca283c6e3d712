using System.Security.Cryptography;
using System.Text;
using Cairn.App;
using Cairn.App.Secrets;
using Cairn.Cli.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Cli.Terminals;

/// <summary>Asks on the controlling terminal, so that standard input stays free for a stream.</summary>
sealed class TerminalPrompt : IPassphrasePrompt
{
    const string Device = "/dev/tty";

    TerminalPrompt() { }

    /// <summary>
    /// Null unless a person sits there. A process in the background of a session has a terminal too: standard error
    /// tells whether somebody would see the question.
    /// </summary>
    public static TerminalPrompt? TryOpen() => Console.IsErrorRedirected ? null : new TerminalPrompt();

    public SecretKey? Ask(string question, CancellationToken cancellationToken)
    {
        using var terminal = Open();
        var descriptor = (int)terminal.SafeFileHandle.DangerousGetHandle();
        var settings = Terminal.TurnEchoOff(descriptor)
            ?? throw new SecretSourceException("the terminal cannot be told to hide what is typed");
        // A read of the terminal cannot be cancelled: put the terminal right, and leave.
        using var interrupted = cancellationToken.Register(() =>
        {
            Terminal.Restore(descriptor, settings);
            Environment.Exit(ExitCodes.Interrupted);
        });
        try
        {
            terminal.Write(Encoding.UTF8.GetBytes(question));
            return ReadLine(terminal);
        }
        finally
        {
            Terminal.Restore(descriptor, settings);
            terminal.Write("\n"u8);
        }
    }

    /// <summary>Whether the answer begins with y; where nobody can be asked, it is no.</summary>
    public bool Confirm(string question)
    {
        try
        {
            using var terminal = Open();
            terminal.Write(Encoding.UTF8.GetBytes(question));
            var answer = new byte[64];
            return terminal.Read(answer) > 0 && answer[0] is (byte)'y' or (byte)'Y';
        }
        catch (SecretSourceException)
        {
            return false;
        }
    }

    static FileStream Open()
    {
        try
        {
            return new FileStream(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretSourceException("there is no terminal to ask for the passphrase on", e);
        }
    }

    // The terminal hands out whole lines.
    static SecretKey? ReadLine(FileStream terminal)
    {
        var buffer = GC.AllocateArray<byte>(SecretKey.LengthMax + 1, pinned: true);
        try
        {
            var length = terminal.Read(buffer);
            var line = buffer.AsSpan(0, length);
            if (line.IndexOf((byte)'\n') is >= 0 and var end)
                line = line[..end];
            if (line.Length > SecretKey.LengthMax)
                throw new SecretSourceException($"the passphrase is longer than {SecretKey.LengthMax} bytes");
            return line.IsEmpty ? null : SecretKey.CopyFrom(line);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
