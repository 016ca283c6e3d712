using System.Text;

namespace Cairn.Files;

/// <summary>
/// Shows a path that is bytes to a person: UTF-8 where it is, <c>\xNN</c> for all else and for control characters.
/// </summary>
static class PathText
{
    public static string Show(ReadOnlySpan<byte> path)
    {
        var text = new StringBuilder(path.Length);
        while (!path.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(path, out var rune, out var used) == System.Buffers.OperationStatus.Done;
            if (valid && !Rune.IsControl(rune))
                text.Append(rune.ToString());
            else
                foreach (var value in path[..used])
                    text.Append($"\\x{value:x2}");
            path = path[used..];
        }
        return text.ToString();
    }
}
