using System.Text;
using Cairn.Engine.Entries;

namespace Cairn.Engine.Operations.Dump;

/// <summary>
/// The names under which GNU tar, star and bsdtar look for what POSIX has no place for: SCHILY.xattr.* for extended
/// attributes (and with them access control lists and file capabilities, as the system has them), SCHILY.fflags for
/// inode flags.
/// </summary>
static class TarAttributes
{
    public const string FlagsKey = "SCHILY.fflags";
    const string AttributePrefix = "SCHILY.xattr.";

    static readonly (uint Flag, string Name)[] FlagNames =
    [
        (0x20, "sappnd"), (0x4, "compress"), (0x10, "schg"), (0x40, "nodump"),
    ];

    /// <summary>The key of a record, in which an equals sign would end it.</summary>
    public static byte[] KeyOf(ExtendedAttribute attribute)
    {
        var key = new List<byte>(Encoding.ASCII.GetBytes(AttributePrefix));
        foreach (var value in attribute.Name.Span)
        {
            if (value is (byte)'=' or (byte)'%')
                key.AddRange(Encoding.ASCII.GetBytes($"%{value:X2}"));
            else
                key.Add(value);
        }
        return [.. key];
    }

    /// <summary>Empty without any.</summary>
    public static string FlagsOf(Entry entry) => string.Join(
        ',', FlagNames.Where(item => (entry.InodeFlags & item.Flag) != 0).Select(item => item.Name));
}
