using System.Security.Cryptography;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>
/// Bech32 (BIP 173, without its limit of 90 letters): a prefix that says what it is, the bytes in letters that are hard
/// to mistake, and six letters that tell nearly every typing error. Whole texts are lower or upper case, never mixed.
/// </summary>
static class Bech32
{
    const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const int ChecksumLetters = 6;
    const int BitsPerLetter = 5;

    static readonly uint[] Generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

    /// <summary>Lower case. The prefix has letters, digits and dashes only.</summary>
    public static string Encode(string prefix, ReadOnlySpan<byte> bytes)
    {
        var values = new byte[LettersFor(bytes.Length) + ChecksumLetters];
        Spread(bytes, values);
        var checksum = Checksum(prefix, values) ^ 1;
        for (var i = 0; i < ChecksumLetters; i++)
            values[^(ChecksumLetters - i)] = (byte)(checksum >> (BitsPerLetter * (ChecksumLetters - 1 - i)) & 31);
        var text = string.Create(prefix.Length + 1 + values.Length, (prefix, values), static (letters, parts) =>
        {
            parts.prefix.CopyTo(letters);
            letters[parts.prefix.Length] = '1';
            for (var i = 0; i < parts.values.Length; i++)
                letters[parts.prefix.Length + 1 + i] = Alphabet[parts.values[i]];
        });
        CryptographicOperations.ZeroMemory(values);
        return text;
    }

    /// <summary>Fills the destination; false if the text is not the one encoding of so many bytes with this
    /// prefix.</summary>
    public static bool TryDecode(string prefix, ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length != prefix.Length + 1 + LettersFor(bytes.Length) + ChecksumLetters)
            return false;
        var isUpper = text[0] is >= 'A' and <= 'Z';
        var values = new byte[text.Length - prefix.Length - 1];
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (isUpper ? letter is >= 'a' and <= 'z' : letter is >= 'A' and <= 'Z')
                return false;
            var lower = char.ToLowerInvariant(letter);
            if (i < prefix.Length ? lower != prefix[i] : i == prefix.Length && lower != '1')
                return false;
            if (i <= prefix.Length)
                continue;
            var value = Alphabet.IndexOf(lower, StringComparison.Ordinal);
            if (value < 0)
                return false;
            values[i - prefix.Length - 1] = (byte)value;
        }
        var isRight = Checksum(prefix, values) == 1 && TryGather(values.AsSpan(..^ChecksumLetters), bytes);
        CryptographicOperations.ZeroMemory(values);
        return isRight;
    }

    static int LettersFor(int byteCount) => (byteCount * 8 + BitsPerLetter - 1) / BitsPerLetter;

    static void Spread(ReadOnlySpan<byte> bytes, Span<byte> values)
    {
        var (pending, bits, next) = (0, 0, 0);
        foreach (var value in bytes)
        {
            pending = (pending << 8) | value;
            for (bits += 8; bits >= BitsPerLetter; pending &= (1 << bits) - 1)
                values[next++] = (byte)(pending >> (bits -= BitsPerLetter));
        }
        if (bits > 0)
            values[next] = (byte)(pending << (BitsPerLetter - bits));
    }

    static bool TryGather(ReadOnlySpan<byte> values, Span<byte> bytes)
    {
        var (pending, bits, next) = (0, 0, 0);
        foreach (var value in values)
        {
            pending = (pending << BitsPerLetter) | value;
            bits += BitsPerLetter;
            if (bits < 8)
                continue;
            bits -= 8;
            bytes[next++] = (byte)(pending >> bits);
            pending &= (1 << bits) - 1;
        }
        return pending == 0;
    }

    // One for a text with its right checksum.
    static uint Checksum(string prefix, ReadOnlySpan<byte> values)
    {
        var sum = 1u;
        foreach (var letter in prefix)
            sum = Step(sum, (uint)letter >> BitsPerLetter);
        sum = Step(sum, 0);
        foreach (var letter in prefix)
            sum = Step(sum, (uint)letter & 31);
        foreach (var value in values)
            sum = Step(sum, value);
        return sum;
    }

    static uint Step(uint sum, uint value)
    {
        var top = sum >> 25;
        sum = (sum & 0x1ffffff) << BitsPerLetter ^ value;
        for (var i = 0; i < Generator.Length; i++)
        {
            if ((top >> i & 1) != 0)
                sum ^= Generator[i];
        }
        return sum;
    }
}
