using Cairn.App.Text;

namespace Cairn.App.Selecting;

/// <summary>Lists that lie in a file or come from standard input, which is read once at most.</summary>
sealed class ListFile(AppEnvironment environment, SelectionRequest request)
{
    const string StandardInput = "-";
    const int BytesMax = 1 << 30;

    bool _inputIsRead;

    /// <summary>The entries, each with its number from 1; empty ones are left out.</summary>
    public IEnumerable<(int Number, ReadOnlyMemory<byte> Entry)> Read(string name)
    {
        var separator = request.NullSeparated ? (byte)0 : (byte)'\n';
        ReadOnlyMemory<byte> rest = ReadAll(name);
        for (var number = 1; !rest.IsEmpty; number++)
        {
            var end = rest.Span.IndexOf(separator);
            var entry = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (entry.Span.Contains((byte)0))
                throw new UsageException(
                    $"{Shown(name)}: line {number} has a NUL in it",
                    "with NUL between the entries of lists say --null-separator");
            if (!entry.IsEmpty)
                yield return (number, entry);
        }
    }

    public static string Shown(string name) => name == StandardInput ? "standard input" : name;

    byte[] ReadAll(string name)
    {
        try
        {
            if (name != StandardInput)
            {
                using var file = File.OpenRead(
                    Path.GetFullPath(name, ByteText.FromBytes(environment.WorkingFolder.Span)));
                return ReadAll(file, name);
            }
            if (_inputIsRead)
                throw new UsageException("standard input can be only one list");
            _inputIsRead = true;
            return ReadAll(request.Input ?? throw new UsageException("there is no standard input"), name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the list {Shown(name)} cannot be read: {FileTrouble.Describe(e)}");
        }
    }

    static byte[] ReadAll(Stream stream, string name)
    {
        var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            content.Write(buffer, 0, read);
            if (content.Length > BytesMax)
                throw new UsageException($"the list {Shown(name)} is larger than a list may be (1 GiB)");
        }
        return content.ToArray();
    }
}
