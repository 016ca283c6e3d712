using Cairn.App.Text;

namespace Cairn.Cli;

/// <summary>
/// The arguments as the kernel has them. .NET makes text of them and loses every byte that is no UTF-8, so they are
/// read again, and such bytes are carried through the parser as lone surrogates (see <see cref="ByteText"/>).
/// </summary>
static class KernelArguments
{
    const string CommandLineFile = "/proc/self/cmdline";

    public static string[] Read(string[] arguments)
    {
        if (arguments.All(argument => !argument.Contains('\ufffd')))
            return arguments;
        try
        {
            return Restore(arguments, File.ReadAllBytes(CommandLineFile));
        }
        catch (IOException)
        {
            return arguments;
        }
    }

    /// <param name="commandLine">Every argument of the process ended by NUL; ours are the last ones.</param>
    internal static string[] Restore(string[] arguments, ReadOnlySpan<byte> commandLine)
    {
        var raw = new List<byte[]>();
        while (!commandLine.IsEmpty)
        {
            var end = commandLine.IndexOf((byte)0);
            raw.Add(commandLine[..(end < 0 ? commandLine.Length : end)].ToArray());
            commandLine = end < 0 ? [] : commandLine[(end + 1)..];
        }
        return raw.Count < arguments.Length
            ? arguments
            : [.. raw.Skip(raw.Count - arguments.Length).Select(bytes => ByteText.FromBytes(bytes))];
    }
}
