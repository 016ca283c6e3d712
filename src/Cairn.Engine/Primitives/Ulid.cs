using System.Buffers.Binary;

namespace Cairn.Engine.Primitives;

/// <summary>
/// A name that sorts by time: 48 bits of Unix milliseconds, big-endian, then 80 random bits. Its text is 26 letters of
/// Crockford base32, upper case only. The time is a claim of whoever made it.
/// </summary>
public readonly record struct Ulid : IComparable<Ulid>
{
    public const int Size = 16;
    public const int TextLength = 26;

    const int TimeBytes = 6;
    const int BitsPerLetter = 5;

    readonly Bytes16 _value;

    public Ulid(ReadOnlySpan<byte> bytes) => _value = new Bytes16(bytes);

    Ulid(Bytes16 value) => _value = value;

    /// <summary>When it was made, if its maker was honest; null if that is after the year 9999.</summary>
    public DateTimeOffset? Time
    {
        get
        {
            var milliseconds = (long)(_value.High >> 16);
            return milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : null;
        }
    }

    public static Ulid New(TimeProvider time, IRandomSource random)
    {
        var milliseconds = time.GetUtcNow().ToUnixTimeMilliseconds();
        Invariant.That(milliseconds is >= 0 and < 1L << 48);
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16);
        random.Fill(bytes[TimeBytes..]);
        return new Ulid(bytes);
    }

    public static bool TryParse(ReadOnlySpan<char> text, out Ulid ulid)
    {
        ulid = default;
        // 26 letters have room for 130 bits: the first letter of a ULID has only three.
        if (text.Length != TextLength || Crockford.ValueOf(text[0]) > 7)
            return false;
        var (high, low) = (0UL, 0UL);
        foreach (var letter in text)
        {
            var digit = Crockford.ValueOf(letter);
            if (digit < 0)
                return false;
            high = (high << BitsPerLetter) | (low >> (64 - BitsPerLetter));
            low = (low << BitsPerLetter) | (uint)digit;
        }
        ulid = new Ulid(new Bytes16(high, low));
        return true;
    }

    public void CopyTo(Span<byte> destination) => _value.CopyTo(destination);

    public int CompareTo(Ulid other) => _value.CompareTo(other._value);

    public override string ToString() => string.Create(TextLength, _value, static (letters, value) =>
    {
        var (high, low) = value;
        for (var i = letters.Length - 1; i >= 0; i--)
        {
            letters[i] = Crockford.Alphabet[(int)(low & 31)];
            low = (low >> BitsPerLetter) | (high << (64 - BitsPerLetter));
            high >>= BitsPerLetter;
        }
    });
}
