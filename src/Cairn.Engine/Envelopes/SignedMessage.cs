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
        Span<byte> signature) => Sign(signer, context, repository, message, [], signature);

    /// <summary>Over two parts, as if they were one.</summary>
    public static void Sign(
        Signer signer, ReadOnlySpan<byte> context, RepositoryId repository, ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> more, Span<byte> signature)
    {
        using var composed = Compose(context, repository, message, more);
        signer.Sign(composed.Span, signature);
    }

    public static void Verify(
        ISignerDirectory signers, SignerId signer, ObjectType type, ReadOnlySpan<byte> context, RepositoryId repository,
        ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Verify(signers, signer, type, context, repository, message, [], signature);

    /// <summary>Of two parts, as if they were one.</summary>
    public static void Verify(
        ISignerDirectory signers, SignerId signer, ObjectType type, ReadOnlySpan<byte> context, RepositoryId repository,
        ReadOnlySpan<byte> message, ReadOnlySpan<byte> more, ReadOnlySpan<byte> signature)
    {
        if (signers.Find(signer, type) is not { } publicKey)
            throw new FormatViolationException(
                FailureKind.Signature, $"it is signed by {signer}, who is not entitled to write a {type}")
            {
                IsUnknownSigner = true,
            };
        if (!IsSigned(publicKey, context, repository, message, more, signature))
            throw new FormatViolationException(FailureKind.Signature, "its signature is wrong");
    }

    public static bool IsSigned(
        SigningPublicKey publicKey, ReadOnlySpan<byte> context, RepositoryId repository, ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> signature) => IsSigned(publicKey, context, repository, message, [], signature);

    static bool IsSigned(
        SigningPublicKey publicKey, ReadOnlySpan<byte> context, RepositoryId repository, ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> more, ReadOnlySpan<byte> signature)
    {
        using var composed = Compose(context, repository, message, more);
        return SignatureVerifier.Verify(publicKey, composed.Span, signature);
    }

    // libsodium wants it in one piece. Index objects are megabytes: native memory is given back at once.
    static PooledBuffer Compose(
        ReadOnlySpan<byte> context, RepositoryId repository, ReadOnlySpan<byte> message, ReadOnlySpan<byte> more)
    {
        var composed = BufferPool.Shared.Rent(context.Length + RepositoryId.Size + message.Length + more.Length);
        context.CopyTo(composed.Span);
        repository.CopyTo(composed.Span[context.Length..]);
        message.CopyTo(composed.Span[(context.Length + RepositoryId.Size)..]);
        more.CopyTo(composed.Span[^more.Length..]);
        return composed;
    }
}
