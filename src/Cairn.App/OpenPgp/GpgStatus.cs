using System.Globalization;

namespace Cairn.App.OpenPgp;

/// <summary>
/// What a run of <c>gpg</c> said on its standard error: status lines for programs (GnuPG's doc/DETAILS), which do not
/// depend on the language, and lines for people.
/// </summary>
sealed class GpgStatus
{
    const string Mark = "[GNUPG:] ";
    const int ErrorCodeMask = 0xffff;
    const int Canceled = 99;
    const int FullyCanceled = 198;
    const int BadPassphrase = 11;
    const int NoSecretKey = 17;
    static readonly int[] NoPinentry = [85, 86];

    readonly List<string[]> _lines = [];
    readonly List<string> _spoken = [];

    public GpgStatus(string standardError)
    {
        foreach (var line in standardError.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal))
                _lines.Add(line[Mark.Length..].Split(' '));
            else
                _spoken.Add(line.Replace("gpg: ", "", StringComparison.Ordinal).Trim());
        }
    }

    /// <summary>No secret key that is at hand is one of the recipients.</summary>
    public bool HasNoSecretKey => Has("NO_SECKEY") || HasError(NoSecretKey);

    public bool IsCancelled => Has("CANCELED_BY_USER") || HasError(Canceled, FullyCanceled);

    public bool IsBadPassphrase => Has("BAD_PASSPHRASE") || HasError(BadPassphrase);

    /// <summary>A passphrase is needed, and there is nothing to ask with.</summary>
    public bool HasNothingToAskWith => HasError(NoPinentry);

    /// <summary>Its own last words, for a person.</summary>
    public string Spoken => string.Join("; ", _spoken.TakeLast(2));

    public bool Has(string keyword) => _lines.Any(line => line[0] == keyword);

    // "ERROR pkdecrypt_failed 83886179": the code of libgpg-error in the lower half, who reports it in the upper.
    bool HasError(params int[] codes) => _lines.Any(line =>
        line[0] is "ERROR" or "FAILURE" && line.Length > 2
        && uint.TryParse(line[2], NumberStyles.None, CultureInfo.InvariantCulture, out var code)
        && codes.Contains((int)(code & ErrorCodeMask)));
}
