using Cairn.Engine.Crypto;
using Cairn.Engine.Primitives;
using static Cairn.Engine.Repositories.CredentialText;

namespace Cairn.Engine.Repositories.Hosts;

/// <summary>
/// What a new machine shows to be let in: the public halves of a signing key and of a key to seal its credential to.
/// No secret: whoever reads it can only let the machine in.
/// </summary>
public sealed record HostRequest(SigningPublicKey Signing, SealingPublicKey Sealing)
{
    const string Prefix = "cairn-host-";
    const int Size = SigningPublicKey.Size + SealingPublicKey.Size;

    public SignerId Host => Signing.ToSignerId();

    /// <summary>One word, with a checksum: <c>cairn-host-1…</c>.</summary>
    public string Print() => Bech32.Encode(Prefix, [.. Signing.AsSpan(), .. Sealing.AsSpan()]);

    /// <summary>Null if the text is no request, or a letter of it is wrong.</summary>
    public static HostRequest? TryParse(string text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        return Bech32.TryDecode(Prefix, text, bytes)
            ? new HostRequest(
                new SigningPublicKey(bytes[..SigningPublicKey.Size]),
                new SealingPublicKey(bytes[SigningPublicKey.Size..]))
            : null;
    }
}

/// <summary>The secret halves of a request, kept by the machine that made it until it is let in. Owns them.</summary>
public sealed class PendingHost(SecretKey seed, SecretKey sealing) : IDisposable
{
    const string Kind = "host request";

    public SecretKey Seed { get; } = seed;
    public SealingKey Sealing { get; } = new(sealing);

    public static PendingHost Create(IRandomSource random) => new(
        SecretKey.CreateRandom(Signer.SeedSize, random), SecretKey.CreateRandom(SealingKey.SecretSize, random));

    public HostRequest ToRequest()
    {
        using var signer = new Signer(Seed);
        return new HostRequest(signer.PublicKey, Sealing.PublicKey);
    }

    public byte[] Encode() => CredentialText.Encode(Kind, Member("host", Seed) + Member("sealing", Sealing.Secret));

    /// <summary>Throws <see cref="CredentialException"/> if the file was damaged or edited.</summary>
    public static PendingHost Decode(ReadOnlySpan<byte> bytes) =>
        CredentialText.Decode(Kind, bytes, root => new PendingHost(Key(root, "host"), Key(root, "sealing")));

    public void Dispose()
    {
        Seed.Dispose();
        Sealing.Dispose();
    }
}
