using System.Text;
using Cairn.Engine.Entries;

namespace Cairn.App.Jobs;

/// <summary>
/// What a snapshotter printed beside its content: a description in any words, and in lines
/// <c>::restore-through:: COMMAND</c> the command that takes the content when it is restored (several are the lines of
/// one).
/// </summary>
sealed record SnapshotterOutput(string Description, string RestoreThrough)
{
    const string CommandMark = "::restore-through::";

    public static SnapshotterOutput Parse(ReadOnlySpan<byte> printed)
    {
        var (description, commands) = (new List<string>(), new List<string>());
        foreach (var line in Encoding.UTF8.GetString(printed).Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (line.StartsWith(CommandMark, StringComparison.Ordinal))
                commands.Add(line[CommandMark.Length..].Trim());
            else
                description.Add(line.TrimEnd());
        }
        return new SnapshotterOutput(
            Shorten(string.Join('\n', description).Trim()), string.Join('\n', commands.Where(line => line.Length > 0)));
    }

    static string Shorten(string text)
    {
        while (Encoding.UTF8.GetByteCount(text) > StreamDescription.BytesMax)
            text = text[..(Math.Min(text.Length, StreamDescription.BytesMax) - 1)];
        // Not half of a pair.
        return text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[..^1] : text;
    }
}
