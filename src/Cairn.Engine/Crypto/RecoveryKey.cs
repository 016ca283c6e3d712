using System.Globalization;
using System.Security.Cryptography;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>
/// The key on paper: an X25519 secret, printed in letters that are hard to mistake, with a checksum that catches
/// typos.
/// </summary>
public static class RecoveryKey
{
    public const string Prefix = "CAIRN-RECOVERY-1-";
    public const int LetterCount = 56;

    const int ChecksumSize = 3;
    const int PrintedSize = SealingKey.SecretSize + ChecksumSize;
    const int GroupLetters = 8;

    // The prefix as it reads once dashes are gone and the letters are made alike.
    const string PlainPrefix = "CA1RNREC0VERY1";

    public static SealingKey Create(IRandomSource random) =>
        new(SecretKey.CreateRandom(SealingKey.SecretSize, random));

    /// <summary>The text to print or write down; whoever sees it has the key.</summary>
    public static string Print(SealingKey key)
    {
        Span<byte> bytes = stackalloc byte[PrintedSize];
        Span<char> letters = stackalloc char[LetterCount];
        key.Secret.AsSpan().CopyTo(bytes);
        WriteChecksum(key.Secret.AsSpan(), bytes[SealingKey.SecretSize..]);
        Crockford.Encode(bytes, letters);
        Span<char> text = stackalloc char[Prefix.Length + LetterCount + LetterCount / GroupLetters - 1];
        Prefix.CopyTo(text);
        for (int from = 0, to = Prefix.Length; from < LetterCount; from += GroupLetters, to += GroupLetters + 1)
        {
            if (from > 0)
                text[to - 1] = '-';
            letters.Slice(from, GroupLetters).CopyTo(text[to..]);
        }
        var printed = new string(text);
        bytes.Clear();
        letters.Clear();
        text.Clear();
        return printed;
    }

    /// <summary>
    /// Reads what somebody typed: any case, O for 0, I and L for 1, spaces and dashes anywhere, the prefix or not.
    /// Throws <see cref="RecoveryKeyException"/> that says what is wrong.
    /// </summary>
    public static SealingKey Parse(ReadOnlySpan<char> text)
    {
        Span<char> letters = stackalloc char[PlainPrefix.Length + LetterCount];
        Span<byte> bytes = stackalloc byte[PrintedSize];
        try
        {
            var count = CopyLetters(text, letters);
            var key = letters[..Math.Min(count, letters.Length)];
            if (key.StartsWith(PlainPrefix))
            {
                key = key[PlainPrefix.Length..];
                count -= PlainPrefix.Length;
            }
            if (count < LetterCount)
                throw RecoveryKeyException.Missing(LetterCount - count);
            if (count > LetterCount)
                throw RecoveryKeyException.TooMany(count - LetterCount);
            if (!Crockford.TryDecode(key, bytes) || !HasRightChecksum(bytes))
                throw RecoveryKeyException.Wrong();
            return new SealingKey(SecretKey.CopyFrom(bytes[..SealingKey.SecretSize]));
        }
        finally
        {
            letters.Clear();
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The number of letters, also of those for which there was no room.</summary>
    static int CopyLetters(ReadOnlySpan<char> text, Span<char> letters)
    {
        var count = 0;
        foreach (var typed in text)
        {
            if (char.IsWhiteSpace(typed) || char.GetUnicodeCategory(typed) == UnicodeCategory.DashPunctuation)
                continue;
            var letter = char.ToUpperInvariant(typed) switch
            {
                'O' => '0',
                'I' or 'L' => '1',
                var other => other,
            };
            if (Crockford.ValueOf(letter) < 0)
                throw RecoveryKeyException.Foreign(typed);
            if (count < letters.Length)
                letters[count] = letter;
            count++;
        }
        return count;
    }

    static bool HasRightChecksum(ReadOnlySpan<byte> bytes)
    {
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        WriteChecksum(bytes[..SealingKey.SecretSize], checksum);
        return checksum.SequenceEqual(bytes[SealingKey.SecretSize..]);
    }

    static void WriteChecksum(ReadOnlySpan<byte> secret, Span<byte> checksum)
    {
        var context = "cairn/1 recovery"u8;
        Span<byte> input = stackalloc byte[context.Length + secret.Length];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        context.CopyTo(input);
        secret.CopyTo(input[context.Length..]);
        SHA256.HashData(input, hash);
        hash[..ChecksumSize].CopyTo(checksum);
        CryptographicOperations.ZeroMemory(input);
    }
}
