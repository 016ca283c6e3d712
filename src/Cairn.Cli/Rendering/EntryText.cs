using System.Globalization;
using System.Text.Json;
using Cairn.App.Text;
using Cairn.Engine.Entries;

namespace Cairn.Cli.Rendering;

/// <summary>An entry of a snapshot as <c>ls</c> shows it.</summary>
static class EntryText
{
    static readonly (EntryMarks Mark, string Name)[] MarkNames =
    [
        (EntryMarks.Torn, "torn"), (EntryMarks.UnlockedCopy, "unlockedCopy"), (EntryMarks.Incomplete, "incomplete"),
        (EntryMarks.Kept, "kept"), (EntryMarks.Ancestor, "ancestor"),
    ];

    /// <param name="path">Inside the snapshot, without a leading slash.</param>
    /// <param name="showsBorn">The time of creation in place of that of the last change.</param>
    public static string Line(ReadOnlySpan<byte> path, Entry entry, bool isLong, bool showsBorn = false)
    {
        // Streams have no place in the tree.
        var name = (entry.Kind == EntryKind.Stream ? "" : "/") + ByteText.Show(path);
        if (!isLong)
            return name;
        var target = entry.Kind == EntryKind.Symlink ? $" -> {ByteText.Show(entry.LinkTarget)}" : "";
        var owner = OwnerText(entry.Owner.UserName, entry.Owner.UserId);
        var group = OwnerText(entry.Owner.GroupName, entry.Owner.GroupId);
        // Of a directory that is there only for what lies in it, no time is kept.
        var isAncestor = (entry.Marks & EntryMarks.Ancestor) != 0 && entry.Modified == default;
        var time = TimeText(showsBorn ? entry.Born : isAncestor ? null : entry.Modified);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{ModeText(entry)} {owner,-8} {group,-8} {entry.Size,14:N0} {time,19} {name}{target}{KeptText(entry)}");
    }

    /// <summary>What was gone from the source, and is in the snapshot nevertheless.</summary>
    public static string KeptText(Entry entry) => (entry.Marks & EntryMarks.Kept) != 0 ? "  (gone, kept)" : "";

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
        if (entry.Born is { } born)
        {
            writer.WriteNumber("bornSeconds", born.Seconds);
            writer.WriteNumber("bornNanoseconds", born.Nanoseconds);
        }
        if (entry.InodeFlags != 0)
            writer.WriteNumber("inodeFlags", entry.InodeFlags);
        WriteAttributes(writer, entry);
        WriteMarks(writer, entry.Marks);
        if (StreamDescription.Of(entry) is { Length: > 0 } description && entry.Kind == EntryKind.Stream)
            writer.WriteString("description", description);
        if (entry.RestoreThrough.Length > 0)
            writer.WriteString("restoreThrough", entry.RestoreThrough);
    }

    static void WriteAttributes(Utf8JsonWriter writer, Entry entry)
    {
        if (entry.Attributes.Count == 0)
            return;
        writer.WriteStartArray("attributes");
        foreach (var attribute in entry.Attributes)
            writer.WriteStringValue(ByteText.Show(attribute.Name));
        writer.WriteEndArray();
    }

    static void WriteMarks(Utf8JsonWriter writer, EntryMarks marks)
    {
        if (marks == EntryMarks.None)
            return;
        writer.WriteStartArray("marks");
        foreach (var (mark, name) in MarkNames)
        {
            if ((marks & mark) != 0)
                writer.WriteStringValue(name);
        }
        writer.WriteEndArray();
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

    internal static string TimeText(FileTime? time) => TimeOf(time) is { } known ? HumanText.Time(known) : "?";

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

    static DateTimeOffset? TimeOf(FileTime? time)
    {
        if (time is not { Seconds: var seconds })
            return null;
        return seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() + 86_400
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() - 86_400
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
    }
}
