using System.Globalization;

namespace Cairn.Engine.Primitives;

/// <summary>Sizes as people write them. Units are binary: a K is 1024.</summary>
public static class ByteSize
{
    const string Units = "KMGTPE";

    /// <summary>Three or four digits and a unit, like "1.5 MiB"; below 1024 the exact number of bytes.</summary>
    public static string Format(long bytes)
    {
        if (bytes is > -1024 and < 1024)
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        var unit = 0;
        var scaled = bytes / 1024m;
        // Not 1024: what would be printed as 1024 of a unit is 1.0 of the next.
        for (; Math.Abs(scaled) >= 1023.5m && unit < Units.Length - 1; unit++)
            scaled /= 1024;
        var digits = Math.Abs(scaled) < 99.95m ? "0.0" : "0";
        return $"{scaled.ToString(digits, CultureInfo.InvariantCulture)} {Units[unit]}iB";
    }

    /// <summary>"4096", "64K", "64 KiB", "1.5G": rounded down to whole bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long bytes)
    {
        bytes = 0;
        var digits = text.IndexOfAnyExcept("0123456789.");
        var number = digits < 0 ? text : text[..digits];
        if (!TryParseUnit(digits < 0 ? [] : text[digits..], out var factor))
            return false;
        if (number.IsEmpty || number[0] == '.' || number[^1] == '.')
            return false;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            return false;
        if (value > (decimal)long.MaxValue / factor)
            return false;
        bytes = (long)(value * factor);
        return true;
    }

    static bool TryParseUnit(ReadOnlySpan<char> text, out long factor)
    {
        factor = 1;
        if (text.IsEmpty)
            return true;
        var unit = text[0] == ' ' ? text[1..] : text;
        if (unit.Equals("B", StringComparison.OrdinalIgnoreCase))
            return true;
        if (unit.IsEmpty)
            return false;
        var power = Units.IndexOf(char.ToUpperInvariant(unit[0]));
        // "KB" is refused: it means 1000 to some.
        if (power < 0 || unit.Length > 1 && !unit[1..].Equals("iB", StringComparison.OrdinalIgnoreCase))
            return false;
        factor = 1L << (10 * (power + 1));
        return true;
    }
}
