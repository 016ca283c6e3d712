using System.Text;

namespace Cairn.Testing.Proxies;

/// <summary>The head of a request, as far as a proxy must know it.</summary>
sealed record ProxyRequest(string FirstLine, IReadOnlyList<string> Headers, long BodyLength, bool ExpectsContinue)
{
    public static ProxyRequest Parse(string head)
    {
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        bool Is(string line, string name) => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase);
        var length = lines.FirstOrDefault(line => Is(line, "Content-Length"));
        var kept = lines.Skip(1).Where(line => !Is(line, "Expect") && !Is(line, "Connection")).ToList();
        return new ProxyRequest(
            lines[0], kept, length is null ? 0 : long.Parse(length[(length.IndexOf(':') + 1)..]),
            lines.Any(line => Is(line, "Expect")));
    }

    public byte[] ToHead() =>
        Encoding.Latin1.GetBytes($"{FirstLine}\r\n{string.Join("\r\n", Headers)}\r\nConnection: close\r\n\r\n");
}
