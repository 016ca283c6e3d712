using System.Security.Cryptography;
using Cairn.App.Access;
using Cairn.App.Configuration;
using Cairn.App.OpenPgp;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories.Keys;

namespace Cairn.App.Secrets;

/// <summary>
/// Finds the secret that opens a repository. A recovery key, an identity or OpenPGP, where one is named, goes first;
/// then a passphrase from the environment or the command line; then what the configuration names; then the terminal.
/// </summary>
sealed class SecretSources(AppEnvironment environment, CairnConfiguration configuration)
{
    public const string PassphraseVariable = "CAIRN_PASSPHRASE";
    public const string NewPassphraseVariable = "CAIRN_NEW_PASSPHRASE";
    public const string RecoveryKeyVariable = "CAIRN_RECOVERY_KEY";
    public const string FromPassphraseVariable = "CAIRN_FROM_PASSPHRASE";
    public const string FromRecoveryKeyVariable = "CAIRN_FROM_RECOVERY_KEY";

    const string Passphrase = "passphrase";
    const string RecoveryKeyName = "recovery key";
    const string OptionStart = "--passphrase";
    const string NewOptionStart = "--new-passphrase";

    public UnlockSecret GetUnlockSecret(AccessOptions options, CancellationToken cancellationToken)
    {
        var names = options.IsOther ? SecretNames.Other : SecretNames.Own;
        RequireOne(options, names);
        if (options.RecoveryKeyFile is { } file)
            return ToRecoveryKey(SecretBytes.FromFile(file, RecoveryKeyName));
        if (options.IdentityFile is { } identities)
            return new SealingKeySecret(IdentityFile.Read(identities));
        if (options.UsesOpenPgp)
            return new OpenPgpSecret(
                TryGet(options.Passphrase, names.OptionStart, names.PassphraseVariable, useConfiguration: false),
                cancellationToken);
        if (environment.Variable(names.RecoveryKeyVariable) is { Length: > 0 } key)
            return ToRecoveryKey(SecretBytes.FromText(key, RecoveryKeyName));
        if (TryGet(options.Passphrase, names.OptionStart, names.PassphraseVariable, useConfiguration: false)
            is { } given)
            return new PassphraseSecret(given);
        // The configuration speaks of its own repository.
        if (names.UsesConfiguration && configuration.IdentityFile is { } configured)
            return new SealingKeySecret(IdentityFile.Read(configured));
        if (names.UsesConfiguration && configuration.UsesOpenPgp)
            return new OpenPgpSecret(
                TryGet(PassphraseOptions.None, OptionStart, PassphraseVariable, useConfiguration: true),
                cancellationToken);
        return new PassphraseSecret(GetPassphrase(options.Passphrase, names, cancellationToken));
    }

    static void RequireOne(AccessOptions options, SecretNames names)
    {
        var given = (options.RecoveryKeyFile is null ? 0 : 1) + (options.IdentityFile is null ? 0 : 1)
            + (options.UsesOpenPgp ? 1 : 0);
        if (given > 1)
            throw new UsageException(
                $"give only one of {names.Prefix}recovery-key-file, {names.Prefix}identity-file and "
                + $"{names.Prefix}openpgp");
    }

    public SecretKey GetPassphrase(PassphraseOptions options, CancellationToken cancellationToken) =>
        GetPassphrase(options, SecretNames.Own, cancellationToken);

    SecretKey GetPassphrase(PassphraseOptions options, SecretNames names, CancellationToken cancellationToken) =>
        TryGet(options, names.OptionStart, names.PassphraseVariable, names.UsesConfiguration)
        ?? environment.Prompt?.Ask($"passphrase of {names.What}: ", cancellationToken)
        ?? throw new KeyNeededException(
            "this needs the repository's key: a host credential can add backups, but cannot read them",
            $"give the passphrase in {names.PassphraseVariable}, with {names.OptionStart}-file, "
            + $"{names.OptionStart}-fd or {names.OptionStart}-command, the recovery key with "
            + $"{names.Prefix}recovery-key-file, an identity with {names.Prefix}identity-file, or use "
            + $"{names.Prefix}openpgp");

    /// <summary>For a new repository: asked twice on a terminal.</summary>
    /// <param name="isConfigured">Whether the configuration speaks of this repository, so of its passphrase.</param>
    public SecretKey GetFirstPassphrase(
        PassphraseOptions options, bool isConfigured, CancellationToken cancellationToken) =>
        TryGet(options, OptionStart, PassphraseVariable, useConfiguration: isConfigured)
        ?? AskNew("new passphrase: ", OptionStart, cancellationToken);

    /// <summary>For a further or changed passphrase: never from the place of the present one.</summary>
    public SecretKey GetNewPassphrase(PassphraseOptions options, CancellationToken cancellationToken) =>
        TryGet(options, NewOptionStart, NewPassphraseVariable, useConfiguration: false)
        ?? AskNew("new passphrase: ", NewOptionStart, cancellationToken);

    SecretKey? TryGet(PassphraseOptions options, string optionStart, string variable, bool useConfiguration)
    {
        options.Validate(optionStart);
        if (environment.Variable(variable) is { Length: > 0 } value)
            return SecretBytes.FromText(value, $"passphrase in {variable}");
        if (options.File is { } file)
            return FromPrivateFile(file);
        if (options.Descriptor is { } descriptor)
            return SecretBytes.FromDescriptor(descriptor, Passphrase);
        if (options.Command is { } command)
            return SecretBytes.FromCommand(command, Passphrase);
        if (!useConfiguration)
            return null;
        if (configuration.PassphraseFile is { } configuredFile)
        {
            if (File.Exists(configuredFile) || environment.Prompt is null)
                return FromPrivateFile(configuredFile);
            environment.Events.Notice(
                $"there is no file {configuredFile}, which \"passphrase-file:\" in {configuration.File} names");
            return null;
        }
        return configuration.PassphraseCommand is { } configured ? SecretBytes.FromCommand(configured, Passphrase)
            : null;
    }

    // Not refused: the file may be another's to protect.
    SecretKey FromPrivateFile(string file)
    {
        var secret = SecretBytes.FromFile(file, Passphrase);
        if (PrivateFile.IsOpenToOthers(file))
            environment.Events.Notice($"others on this machine can read the passphrase in {file}: run chmod 600 on it");
        return secret;
    }

    SecretKey AskNew(string question, string optionStart, CancellationToken cancellationToken)
    {
        if (environment.Prompt is not { } prompt)
            throw new UsageException(
                "a new passphrase is needed, and there is no terminal to ask on",
                $"give it with {optionStart}-file FILE");
        var first = prompt.Ask(question, cancellationToken) ?? throw new UsageException("the passphrase is empty");
        try
        {
            using var second = prompt.Ask("the same again: ", cancellationToken);
            if (second is null || !CryptographicOperations.FixedTimeEquals(first.AsSpan(), second.AsSpan()))
                throw new UsageException("the two passphrases differ");
            return first;
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    static SealingKeySecret ToRecoveryKey(SecretKey text)
    {
        using (text)
        {
            var letters = GC.AllocateArray<char>(text.Length, pinned: true);
            try
            {
                var count = System.Text.Encoding.UTF8.GetChars(text.AsSpan(), letters);
                return new SealingKeySecret(RecoveryKey.Parse(LastLineWithKey(letters.AsSpan(0, count))));
            }
            finally
            {
                letters.AsSpan().Clear();
            }
        }
    }

    // The file that init makes explains itself in lines that begin with #.
    static ReadOnlySpan<char> LastLineWithKey(ReadOnlySpan<char> text)
    {
        while (text.TrimStart() is ['#', ..] rest)
        {
            var end = rest.IndexOf('\n');
            text = end < 0 ? [] : rest[(end + 1)..];
        }
        return text;
    }
}
