using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using Cairn.App.Text;
using Cairn.Engine.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Cairn.App.Secrets;

/// <summary>Reads secrets from files, descriptors and programs. Every buffer on the way is pinned and zeroed.</summary>
static class SecretBytes
{
    public static SecretKey FromFile(string path, string what)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return FromStream(file, $"{what} in {path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretSourceException($"the file with the {what} cannot be read: {FileTrouble.Describe(e)}", e);
        }
    }

    public static SecretKey FromDescriptor(int descriptor, string what)
    {
        try
        {
            // Whoever passed the descriptor may still want it.
            using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
            using var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            return FromStream(file, $"{what} on descriptor {descriptor}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SecretSourceException($"the {what} cannot be read from descriptor {descriptor}: {e.Message}", e);
        }
    }

    public static SecretKey FromCommand(string command, string what)
    {
        try
        {
            using var process = Process.Start(ShellCommand.ToStartInfo(command))
                ?? throw new SecretSourceException($"the command for the {what} did not start");
            try
            {
                var secret = FromStream(process.StandardOutput.BaseStream, $"{what} that the command printed");
                process.WaitForExit();
                if (process.ExitCode == 0)
                    return secret;
                secret.Dispose();
            }
            // Why a failed command printed nothing is said below.
            catch (SecretSourceException) when (Failed(process))
            {
            }
            throw new SecretSourceException($"the command for the {what} failed with status {process.ExitCode}");
        }
        catch (Exception e) when (e is IOException or Win32Exception)
        {
            throw new SecretSourceException($"the command for the {what} cannot be run: {e.Message}", e);
        }
    }

    public static SecretKey FromText(string text, string what)
    {
        var bytes = GC.AllocateArray<byte>(System.Text.Encoding.UTF8.GetMaxByteCount(text.Length), pinned: true);
        try
        {
            var length = System.Text.Encoding.UTF8.GetBytes(text, bytes);
            return ToSecret(bytes.AsSpan(0, length), what);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    static bool Failed(Process process)
    {
        process.WaitForExit();
        return process.ExitCode != 0;
    }

    static SecretKey FromStream(Stream stream, string what)
    {
        // One byte more than allowed, and the line's end.
        var buffer = GC.AllocateArray<byte>(SecretKey.LengthMax + 3, pinned: true);
        try
        {
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return ToSecret(buffer.AsSpan(0, length), what);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    // Editors and echo end a file with a line feed that nobody means; anything else counts as typed.
    static SecretKey ToSecret(ReadOnlySpan<byte> bytes, string what)
    {
        if (bytes.EndsWith("\n"u8))
            bytes = bytes[..^1];
        if (bytes.EndsWith("\r"u8))
            bytes = bytes[..^1];
        if (bytes.IsEmpty)
            throw new SecretSourceException($"the {what} is empty");
        return bytes.Length <= SecretKey.LengthMax
            ? SecretKey.CopyFrom(bytes)
            : throw new SecretSourceException($"the {what} is longer than {SecretKey.LengthMax} bytes");
    }
}
