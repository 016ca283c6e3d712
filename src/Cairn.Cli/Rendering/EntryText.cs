using System.Globalization;
using System.Text.Json;
using Cairn.App.Text;
using Cairn.Engine.Entries;

namespace Cairn.Cli.Rendering;

/// <summary>An entry of a snapshot as <c>ls</c> shows it.</summary>
static class EntryText
{
    /// <param name="path">Inside the snapshot, without a leading slash.</param>
    public static string Line(ReadOnlySpan<byte> path, Entry entry, bool isLong)
    {
        // Streams have no place in the tree.
        var name = (entry.Kind == EntryKind.Stream ? "" : "/") + ByteText.Show(path);
        if (!isLong)
            return name;
        var target = entry.Kind == EntryKind.Symlink ? $" -> {ByteText.Show(entry.LinkTarget)}" : "";
        var owner = OwnerText(entry.Owner.UserName, entry.Owner.UserId);
        var group = OwnerText(entry.Owner.GroupName, entry.Owner.GroupId);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ModeText(entry)} {owner,-8} {group,-8} {entry.Size,14:N0} {TimeText(entry),19} {name}{target}");
    }

    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> path, Entry entry)
    {
        writer.WriteName("path", entry.Kind == EntryKind.Stream ? path : [(byte)'/', .. path]);
        writer.WriteString("kind", KindName(entry.Kind));
        writer.WriteString("mode", Convert.ToString(entry.Mode, 8).PadLeft(4, '0'));
        writer.WriteNumber("userId", entry.Owner.UserId);
        writer.WriteNumber("groupId", entry.Owner.GroupId);
        writer.WriteString("user", entry.Owner.UserName);
        writer.WriteString("group", entry.Owner.GroupName);
        writer.WriteNumber("size", entry.Size);
        writer.WriteNumber("modifiedSeconds", entry.Modified.Seconds);
        writer.WriteNumber("modifiedNanoseconds", entry.Modified.Nanoseconds);
        if (entry.Kind == EntryKind.Symlink)
            writer.WriteName("target", entry.LinkTarget.Span);
    }

    internal static string KindName(EntryKind kind) => kind switch
    {
        EntryKind.File => "file",
        EntryKind.Directory => "directory",
        EntryKind.Symlink => "symlink",
        EntryKind.Fifo => "fifo",
        EntryKind.CharacterDevice => "characterDevice",
        EntryKind.BlockDevice => "blockDevice",
        _ => "stream",
    };

    internal static string TimeText(Entry entry) => TimeOf(entry) is { } known ? HumanText.Time(known) : "?";

    internal static string ModeText(Entry entry)
    {
        Span<char> text = stackalloc char[10];
        text[0] = entry.Kind switch
        {
            EntryKind.Directory => 'd',
            EntryKind.Symlink => 'l',
            EntryKind.Fifo => 'p',
            EntryKind.CharacterDevice => 'c',
            EntryKind.BlockDevice => 'b',
            _ => '-',
        };
        for (var bit = 0; bit < 9; bit++)
            text[1 + bit] = (entry.Mode & (0x100 >> bit)) != 0 ? "rwx"[bit % 3] : '-';
        // Set-uid, set-gid and sticky stand in the places of x.
        for (var special = 0; special < 3; special++)
        {
            if ((entry.Mode & (0x800 >> special)) == 0)
                continue;
            ref var place = ref text[3 + 3 * special];
            var letter = special == 2 ? 't' : 's';
            place = place == 'x' ? letter : char.ToUpperInvariant(letter);
        }
        return new string(text);
    }

    static string OwnerText(string name, uint id) =>
        name.Length > 0 ? name : id.ToString(CultureInfo.InvariantCulture);

    static DateTimeOffset? TimeOf(Entry entry)
    {
        var seconds = entry.Modified.Seconds;
        return seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() + 86_400
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() - 86_400
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
    }
}
