using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Testing;

namespace Cairn.Tests.Crypto;

public class AgeKeysTests
{
    // Made by age-keygen 1.1.1.
    const string Recipient = "age1eseyql070g07jd4f30z22mx8f040zpdplrclmmp0wef9a7ndkgpqllqcad";
    const string Identity = "AGE-SECRET-KEY-1TAQW6PZR3FJECPNK2W7WK38UT4G7DCXNTUU8XHAPX3Y4DGX6U0XQUXN6QC";

    [Fact]
    public void A_pair_made_by_age_reads_and_prints_the_same()
    {
        using var key = AgeKeys.TryParseIdentity(Identity);
        Assert.NotNull(key);
        Assert.Equal(Recipient, AgeKeys.PrintRecipient(key.PublicKey));
        Assert.Equal(Identity, AgeKeys.PrintIdentity(key));
        Assert.Equal(key.PublicKey, AgeKeys.TryParseRecipient(Recipient));
    }

    [Theory]
    [InlineData("")]
    [InlineData("age1")]
    [InlineData(Identity)]
    [InlineData("ssh-ed25519 AAAA")]
    [InlineData("Age1eseyql070g07jd4f30z22mx8f040zpdplrclmmp0wef9a7ndkgpqllqcad")]
    [InlineData("agf1eseyql070g07jd4f30z22mx8f040zpdplrclmmp0wef9a7ndkgpqllqcad")]
    [InlineData("age1eseyql070g07jd4f30z22mx8f040zpdplrclmmp0wef9a7ndkgpqllqca")]
    public void Anything_else_is_no_recipient(string text) => Assert.Null(AgeKeys.TryParseRecipient(text));

    [Fact]
    public void A_letter_changed_anywhere_is_told()
    {
        for (var i = 0; i < Recipient.Length; i++)
        {
            var letters = Recipient.ToCharArray();
            letters[i] = letters[i] == 'q' ? 'p' : 'q';
            Assert.Null(AgeKeys.TryParseRecipient(new string(letters)));
        }
    }

    [Fact]
    public void Every_key_comes_back()
    {
        var random = new SeededRandom(7);
        for (var i = 0; i < 50; i++)
        {
            using var key = new SealingKey(SecretKey.CreateRandom(SealingKey.SecretSize, random));
            using var back = AgeKeys.TryParseIdentity(AgeKeys.PrintIdentity(key));
            Assert.Equal(key.PublicKey, back!.PublicKey);
            Assert.Equal(key.PublicKey, AgeKeys.TryParseRecipient(AgeKeys.PrintRecipient(key.PublicKey)));
        }
    }
}
