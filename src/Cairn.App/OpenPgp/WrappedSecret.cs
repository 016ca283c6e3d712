using System.Security.Cryptography;
using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;

namespace Cairn.App.OpenPgp;

/// <summary>The secret of a slot's recipient as an OpenPGP message to certificates, and back.</summary>
static class WrappedSecret
{
    /// <param name="secret">Of the recipient.</param>
    /// <param name="certificates">Any one of them opens it.</param>
    /// <param name="isHidden">The message does not say to whom it is.</param>
    /// <param name="cancellationToken">Ends gpg.</param>
    public static byte[] Wrap(
        SealingKey secret, IReadOnlyList<Certificate> certificates, bool isHidden, CancellationToken cancellationToken)
    {
        // They were chosen by fingerprint, or found to be trusted; and nobody else is to be able to read it.
        List<string> arguments = ["--trust-model", "always", "--no-encrypt-to", "--compress-algo", "none"];
        foreach (var certificate in certificates)
            arguments.AddRange([isHidden ? "--hidden-recipient" : "--recipient", certificate.Fingerprint]);
        arguments.Add("--encrypt");
        var result = GpgProgram.Run(arguments, passphrase: null, secret.Secret.AsSpan(), cancellationToken);
        return result is { Succeeded: true, OutputLength: > 0 }
            ? result.Content.ToArray()
            : throw new OpenPgpException($"gpg could not encrypt: {result.Status.Spoken}");
    }

    /// <summary>Null if no secret key at hand opens it.</summary>
    public static SealingKey? TryUnwrap(
        ReadOnlySpan<byte> wrapped, SecretKey? passphrase, CancellationToken cancellationToken)
    {
        var result = GpgProgram.Run(["--decrypt"], passphrase, wrapped, cancellationToken);
        try
        {
            if (result.Succeeded && result.OutputLength == SealingKey.SecretSize)
                return new SealingKey(SecretKey.CopyFrom(result.Content));
            return TellWhyNot(result);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(result.Output);
        }
    }

    static SealingKey? TellWhyNot(GpgResult result)
    {
        var status = result.Status;
        if (result.Succeeded)
            throw new OpenPgpException("what gpg decrypted is no key of a repository");
        if (status.IsCancelled)
            throw new OpenPgpException(
                "gpg was cancelled: the passphrase of the OpenPGP key was not given", "run this again and give it");
        if (status.IsBadPassphrase)
            throw new OpenPgpException("the passphrase is not that of the OpenPGP key");
        if (status.HasNothingToAskWith)
            throw new OpenPgpException(
                "gpg needs the passphrase of the OpenPGP key and has nothing to ask for it with",
                "give it in CAIRN_PASSPHRASE or with --passphrase-file, or install a pinentry");
        if (status.HasNoSecretKey)
            return null;
        throw new OpenPgpException(
            $"gpg could not decrypt the key slot: {status.Spoken}",
            "if gpg cannot ask for the passphrase of the OpenPGP key, give it in CAIRN_PASSPHRASE or with "
            + "--passphrase-file");
    }
}
