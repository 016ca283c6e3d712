namespace Cairn.App.Secrets;

/// <summary>How the secret of a repository is called where two are at work.</summary>
/// <param name="Prefix">Of options.</param>
/// <param name="What">In questions and messages.</param>
/// <param name="UsesConfiguration">Whether the configuration speaks of it.</param>
sealed record SecretNames(
    string Prefix, string PassphraseVariable, string RecoveryKeyVariable, string What, bool UsesConfiguration)
{
    public static readonly SecretNames Own = new(
        "--", SecretSources.PassphraseVariable, SecretSources.RecoveryKeyVariable, "the repository",
        UsesConfiguration: true);

    /// <summary>A second repository, that is read from.</summary>
    public static readonly SecretNames Other = new(
        "--from-", SecretSources.FromPassphraseVariable, SecretSources.FromRecoveryKeyVariable,
        "the repository that is read from", UsesConfiguration: false);

    public string OptionStart => $"{Prefix}passphrase";
}
