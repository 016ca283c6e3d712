namespace Cairn.Engine.Primitives;

/// <summary>
/// Crockford's base32, upper case, five bits a letter from the highest bit on. Strict: one text for every byte string,
/// so no lower case, no aliases, and unused bits of the last letter are zero.
/// </summary>
public static class Crockford
{
    public const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    const int BitsPerLetter = 5;

    public static int LettersFor(int byteCount) => (byteCount * 8 + BitsPerLetter - 1) / BitsPerLetter;

    public static void Encode(ReadOnlySpan<byte> bytes, Span<char> letters)
    {
        Invariant.That(letters.Length == LettersFor(bytes.Length));
        var (pending, bits, next) = (0, 0, 0);
        foreach (var value in bytes)
        {
            pending = (pending << 8) | value;
            for (bits += 8; bits >= BitsPerLetter; pending &= (1 << bits) - 1)
                letters[next++] = Alphabet[pending >> (bits -= BitsPerLetter)];
        }
        if (bits > 0)
            letters[next] = Alphabet[pending << (BitsPerLetter - bits)];
    }

    /// <summary>Fills the destination; false if the letters are not the one encoding of so many bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<char> letters, Span<byte> bytes)
    {
        if (letters.Length != LettersFor(bytes.Length))
            return false;
        var (pending, bits, next) = (0, 0, 0);
        foreach (var letter in letters)
        {
            var value = ValueOf(letter);
            if (value < 0)
                return false;
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

    /// <summary>The value of a letter, or -1 if it is none.</summary>
    public static int ValueOf(char letter) => letter < Values.Length ? Values[letter] : -1;

    static readonly sbyte[] Values = MakeValues();

    static sbyte[] MakeValues()
    {
        var values = new sbyte[128];
        Array.Fill(values, (sbyte)-1);
        for (var i = 0; i < Alphabet.Length; i++)
            values[Alphabet[i]] = (sbyte)i;
        return values;
    }
}
