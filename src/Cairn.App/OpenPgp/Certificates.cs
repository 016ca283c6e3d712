using System.Globalization;
using System.Text;

namespace Cairn.App.OpenPgp;

/// <summary>An OpenPGP certificate in the user's keyring, by its fingerprint.</summary>
sealed record Certificate(string Fingerprint, string Name);

/// <summary>Finds certificates that one may encrypt to, and says why not of others.</summary>
static class Certificates
{
    const int FingerprintLengthMin = 40;
    const int ValidityField = 1;
    const int ExpiryField = 6;
    const int ValueField = 9;
    const int AbilitiesField = 11;

    /// <param name="name">A fingerprint, or whatever gpg finds a key by: then the key must be one the user
    /// trusts.</param>
    /// <param name="cancellationToken">Ends gpg.</param>
    public static Certificate Find(string name, CancellationToken cancellationToken)
    {
        var result = GpgProgram.Run(
            ["--with-colons", "--fixed-list-mode", "--list-keys", "--", name], passphrase: null, [], cancellationToken);
        var found = Parse(Encoding.UTF8.GetString(result.Content)).ToList();
        if (found.Count == 0)
            throw new UsageException(
                $"gpg knows no OpenPGP certificate {name}", "see what it knows with: gpg --list-keys");
        var usable = found.Where(listed => WhyNot(listed) is null).ToList();
        if (usable.Count == 0)
            throw new UsageException(
                $"the OpenPGP certificate {found[0].Certificate.Fingerprint} ({found[0].Certificate.Name}) cannot be "
                + $"used: {WhyNot(found[0])}", "name another one, or renew it with gpg");
        if (usable.Count > 1)
            throw new UsageException(
                $"{name} means {usable.Count} OpenPGP certificates",
                "name one by its fingerprint: "
                + string.Join(", ", usable.Select(item => item.Certificate.Fingerprint)));
        // Anybody can make a certificate that bears a name; a fingerprint is the certificate itself.
        if (!IsFingerprint(name) && usable[0].Validity is not ("m" or "f" or "u"))
            throw new UsageException(
                $"gpg does not vouch that the OpenPGP certificate {usable[0].Certificate.Fingerprint} is "
                + $"that of {name}",
                "compare the fingerprint with its owner, and name it by that");
        return usable[0].Certificate;
    }

    static bool IsFingerprint(string name) =>
        name.Replace(" ", "", StringComparison.Ordinal) is { Length: >= FingerprintLengthMin } digits
        && digits.All(char.IsAsciiHexDigit);

    static string? WhyNot(Listed listed) => listed.Validity switch
    {
        "e" => $"it expired{OnDay(listed.Expiry)}",
        "r" => "it was revoked",
        "d" => "it is disabled",
        "i" => "it is not valid",
        _ when listed.Abilities.Contains('D') => "it is disabled",
        _ when !listed.Abilities.Contains('E') => "it has no valid key to encrypt to",
        _ => null,
    };

    static string OnDay(string seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            ? $" on {DateTimeOffset.FromUnixTimeSeconds(time):yyyy-MM-dd}" : "";

    // "pub:u:255:22:KEYID:created:expires:…", then "fpr:…" and "uid:…" of the same key.
    static IEnumerable<Listed> Parse(string colons)
    {
        Listed? current = null;
        foreach (var fields in colons.Split('\n').Select(line => line.Split(':')))
        {
            if (fields.Length <= AbilitiesField && fields[0] is not ("fpr" or "uid"))
                continue;
            if (fields[0] == "pub")
            {
                if (current is not null)
                    yield return current;
                current = new Listed(
                    new Certificate("", ""), fields[ValidityField], fields[ExpiryField], fields[AbilitiesField]);
            }
            else if (fields[0] == "fpr" && current is { Certificate.Fingerprint: "" })
                current = current with { Certificate = current.Certificate with { Fingerprint = fields[ValueField] } };
            else if (fields[0] == "uid" && current is { Certificate.Name: "" })
                current = current with { Certificate = current.Certificate with { Name = fields[ValueField] } };
        }
        if (current is not null)
            yield return current;
    }

    sealed record Listed(Certificate Certificate, string Validity, string Expiry, string Abilities);
}
