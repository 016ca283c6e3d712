using System.Runtime.InteropServices;

namespace Cairn.Engine.Interop;

static partial class Sodium
{
    public const int SignSeedBytes = 32;
    public const int SignPublicKeyBytes = 32;
    public const int SignSecretKeyBytes = 64;
    public const int SignatureBytes = 64;

    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_sign_seed_keypair")]
    public static partial int SignSeedKeyPair(Span<byte> publicKey, Span<byte> secretKey, ReadOnlySpan<byte> seed);

    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_sign_detached")]
    public static partial int SignDetached(
        Span<byte> signature,
        nint lengthOrNull,
        ReadOnlySpan<byte> message,
        ulong length,
        ReadOnlySpan<byte> secretKey);

    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_sign_verify_detached")]
    public static partial int SignVerifyDetached(
        ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ulong length, ReadOnlySpan<byte> publicKey);
}
