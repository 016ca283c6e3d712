using System.Text;

namespace Cairn.Files.Portable;

/// <summary>
/// Paths of snapshots as .NET takes them. What is no UTF-8 has no such path. On Windows the first component is the
/// drive: <c>/C:/Users</c>.
/// </summary>
static class PortablePath
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null if this system cannot have it.</summary>
    /// <param name="absolute">With its leading slash.</param>
    public static string? TryToSystem(ReadOnlySpan<byte> absolute)
    {
        if (TryToText(absolute) is not { } text)
            return null;
        if (!OperatingSystem.IsWindows())
            return text;
        text = text.TrimStart('/').Replace('/', Path.DirectorySeparatorChar);
        return text.EndsWith(':') ? text + Path.DirectorySeparatorChar : text;
    }

    /// <summary>A single name that can be written here, or null: what would be a path, or another one, is
    /// none.</summary>
    public static string? TryToName(ReadOnlySpan<byte> name)
    {
        const string forbidden = "\\/:*?\"<>|";
        if (name.IsEmpty || name.ContainsAny((byte)0, (byte)'/') || name.SequenceEqual("."u8)
            || name.SequenceEqual(".."u8) || TryToText(name) is not { } text)
            return null;
        if (!OperatingSystem.IsWindows())
            return text;
        return text.AsSpan().ContainsAny(forbidden) || text[^1] is '.' or ' ' || text.Any(char.IsControl)
            || IsDevice(text) ? null : text;
    }

    /// <summary>Null if it is no text: then it cannot be opened by its name either.</summary>
    public static byte[]? TryToBytes(string name)
    {
        try
        {
            return Strict.GetBytes(name);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>A link's target: with slashes, as everywhere in snapshots.</summary>
    public static byte[]? TryToTarget(string target) =>
        TryToBytes(OperatingSystem.IsWindows() ? target.Replace(Path.DirectorySeparatorChar, '/') : target);

    public static string? TryToText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    // Names that open a device in whatever directory they stand.
    static bool IsDevice(string name)
    {
        var stem = name.Split('.')[0].TrimEnd().ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL"
            || stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal)
                || stem.StartsWith("LPT", StringComparison.Ordinal)) && !char.IsAsciiLetter(stem[3]);
    }
}
