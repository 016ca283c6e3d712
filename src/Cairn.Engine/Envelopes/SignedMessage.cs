using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Envelopes;

/// <summary>
/// Composes what is signed: a context, the repository id and the parts, so that no signature can serve for another
/// purpose or in another repository.
/// </summary>
static class SignedMessage
{
    public static void Sign(
        Signer signer, ReadOnlySpan<byte> context, RepositoryId repository, ReadOnlySpan<byte> message,
        Span<byte> signature) => signer.Sign(Compose(context, repository, message), signature);

    public static void Verify(
        ISignerDirectory signers, SignerId signer, ObjectType type, ReadOnlySpan<byte> context, RepositoryId repository,
        ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signers.Find(signer, type) is not { } publicKey)
            throw new FormatViolationException(
                FailureKind.Signature, $"it is signed by {signer}, who is not entitled to write a {type}")
            {
                IsUnknownSigner = true,
            };
        Verify(publicKey, context, repository, message, signature);
    }

    public static void Verify(
        SigningPublicKey publicKey, ReadOnlySpan<byte> context, RepositoryId repository, ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> signature)
    {
        if (!IsSigned(publicKey, context, repository, message, signature))
            throw new FormatViolationException(FailureKind.Signature, "its signature is wrong");
    }

    public static bool IsSigned(
        SigningPublicKey publicKey, ReadOnlySpan<byte> context, RepositoryId repository, ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> signature) =>
        SignatureVerifier.Verify(publicKey, Compose(context, repository, message), signature);

    static byte[] Compose(ReadOnlySpan<byte> context, RepositoryId repository, ReadOnlySpan<byte> message)
    {
        var composed = new byte[context.Length + RepositoryId.Size + message.Length];
        context.CopyTo(composed);
        repository.CopyTo(composed.AsSpan(context.Length));
        message.CopyTo(composed.AsSpan(context.Length + RepositoryId.Size));
        return composed;
    }
}
