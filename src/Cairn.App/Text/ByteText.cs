using System.Buffers;
using System.Text;

namespace Cairn.App.Text;

/// <summary>Names that are bytes, as text for a person, and back from the command line.</summary>
public static class ByteText
{
    // A byte that is no UTF-8 travels through text as a lone surrogate, which valid UTF-8 never decodes to.
    const char EscapeStart = '\udc00';

    /// <summary>
    /// Printable characters as they are; control characters and bytes that are no UTF-8 as <c>\n</c> or <c>\x80</c>;
    /// so are characters that would reorder the line they stand in.
    /// </summary>
    public static string Show(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            var isValid = Rune.DecodeFromUtf8(name, out var rune, out var used) == OperationStatus.Done;
            if (isValid && !MustEscape(rune))
                text.Append(rune.ToString());
            else
                foreach (var value in name[..used])
                    AppendEscaped(text, value);
            name = name[used..];
        }
        return text.ToString();
    }

    public static string Show(ReadOnlyMemory<byte> name) => Show(name.Span);

    public static bool IsUtf8(ReadOnlySpan<byte> name) => System.Text.Unicode.Utf8.IsValid(name);

    /// <summary>Bytes as text from which <see cref="ToBytes"/> makes the same bytes again.</summary>
    public static string FromBytes(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var isValid = Rune.DecodeFromUtf8(bytes, out var rune, out var used) == OperationStatus.Done;
            if (isValid)
                text.Append(rune.ToString());
            else
                foreach (var value in bytes[..used])
                    text.Append((char)(EscapeStart + value));
            bytes = bytes[used..];
        }
        return text.ToString();
    }

    public static byte[] ToBytes(string text)
    {
        var bytes = new List<byte>(text.Length);
        Span<byte> encoded = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                bytes.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
                i += rune.Utf16SequenceLength - 1;
            }
            else if (text[i] is > EscapeStart and <= (char)(EscapeStart + 0xff))
                bytes.Add((byte)(text[i] - EscapeStart));
            else
                bytes.AddRange("\ufffd"u8);
        }
        return [.. bytes];
    }

    /// <summary>Whether text from the command line stands for bytes that are no UTF-8.</summary>
    public static bool HasRawBytes(string text) => text.Any(letter =>
        letter is > EscapeStart and <= (char)(EscapeStart + 0xff))
        && !IsUtf8(ToBytes(text));

    static bool MustEscape(Rune rune) => Rune.IsControl(rune)
        || rune.Value is 0x2028 or 0x2029 or (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069);

    static void AppendEscaped(StringBuilder text, byte value) => _ = value switch
    {
        (byte)'\n' => text.Append("\\n"),
        (byte)'\r' => text.Append("\\r"),
        (byte)'\t' => text.Append("\\t"),
        _ => text.Append("\\x").Append(value.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)),
    };
}
