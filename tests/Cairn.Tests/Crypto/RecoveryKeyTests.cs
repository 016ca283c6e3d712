using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Crypto;

public class RecoveryKeyTests
{
    // The secret 00 01 02 … 1f, printed by code apart from this.
    const string Printed =
        "CAIRN-RECOVERY-1-000G40R4-0M30E209-185GR38E-1W8124GK-2GAHC5RR-34D1P70X-3RFZ72JG";

    static byte[] Secret => [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void A_key_is_printed_like_this()
    {
        using var key = new SealingKey(SecretKey.CopyFrom(Secret));
        Assert.Equal(Printed, RecoveryKey.Print(key));
    }

    [Theory]
    [InlineData(Printed)]
    [InlineData("cairn-recovery-1-000g40r4-0m30e209-185gr38e-1w8124gk-2gahc5rr-34d1p70x-3rfz72jg")]
    [InlineData("000G40R40M30E209185GR38E1W8124GK2GAHC5RR34D1P70X3RFZ72JG")]
    [InlineData("ooog40r4 om3oe2o9 l85gr38e iw8l24gk 2gahc5rr 34dlp7ox 3rfz72jg")]
    [InlineData(" Cairn Recovery 1\n0 0 0 G–40R4—0M30E209-185GR38E-\t-1W8124GK2GAHC5RR34D1P70X3RFZ72JG\r\n")]
    [InlineData("CAIRNRECOVERY1000G40R40M30E209185GR38E1W8124GK2GAHC5RR34D1P70X3RFZ72JG")]
    public void What_people_type_reads_as_the_key(string text)
    {
        using var key = RecoveryKey.Parse(text);
        Assert.Equal(Secret, key.Secret.AsSpan().ToArray());
    }

    [Fact]
    public void Every_wrong_letter_and_every_swap_of_neighbours_is_noticed()
    {
        var random = new SeededRandom(77);
        using var key = RecoveryKey.Create(random);
        var printed = RecoveryKey.Print(key);
        for (var at = RecoveryKey.Prefix.Length; at < printed.Length; at++)
        {
            if (printed[at] == '-')
                continue;
            var letters = printed.ToCharArray();
            letters[at] = Crockford.Alphabet[(Crockford.ValueOf(letters[at]) + 1 + random.NextInt(31)) % 32];
            AssertProblem(RecoveryKeyProblem.WrongLetter, "a letter is wrong", new string(letters));
            letters = printed.ToCharArray();
            if (letters[at - 1] == '-' || letters[at - 1] == letters[at])
                continue;
            (letters[at - 1], letters[at]) = (letters[at], letters[at - 1]);
            AssertProblem(RecoveryKeyProblem.WrongLetter, "a letter is wrong", new string(letters));
        }
    }

    [Fact]
    public void A_wrong_number_of_letters_is_told_as_a_number()
    {
        AssertProblem(RecoveryKeyProblem.LettersMissing, "1 letter is missing", Printed[..^1]);
        AssertProblem(RecoveryKeyProblem.LettersMissing, "8 letters are missing", Printed[..^9]);
        AssertProblem(RecoveryKeyProblem.LettersMissing, "56 letters are missing", "");
        AssertProblem(RecoveryKeyProblem.LettersMissing, "56 letters are missing", RecoveryKey.Prefix);
        AssertProblem(RecoveryKeyProblem.TooManyLetters, "1 letter too many", Printed + "0");
        AssertProblem(RecoveryKeyProblem.TooManyLetters, "944 letters too many", new string('7', 1000));
    }

    [Theory]
    [InlineData('U')]
    [InlineData('*')]
    [InlineData('é')]
    public void A_letter_that_no_key_has_is_named(char letter) => AssertProblem(
        RecoveryKeyProblem.WrongLetter, $"a letter is wrong ('{letter}' is in no recovery key)", Printed + letter);

    [Fact]
    public void What_is_sealed_to_it_opens_with_what_was_typed()
    {
        using var key = RecoveryKey.Create(new SeededRandom(4));
        var box = new byte[32 + SealedBox.Overhead];
        Assert.True(SealedBox.TrySeal(key.PublicKey, Secret, box, new SeededRandom(5)));
        using var typed = RecoveryKey.Parse(RecoveryKey.Print(key).ToLowerInvariant());
        var opened = new byte[32];
        Assert.True(SealedBox.TryOpen(typed, box, opened));
        Assert.Equal(Secret, opened);
    }

    static void AssertProblem(RecoveryKeyProblem problem, string text, string typed)
    {
        var exception = Assert.Throws<RecoveryKeyException>(() => RecoveryKey.Parse(typed));
        Assert.Equal(problem, exception.Problem);
        Assert.Contains(text, exception.Message);
    }
}
