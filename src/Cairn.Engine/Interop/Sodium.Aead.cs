using System.Runtime.InteropServices;

namespace Cairn.Engine.Interop;

static partial class Sodium
{
    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_aead_chacha20poly1305_ietf_encrypt")]
    public static partial int AeadEncrypt(
        Span<byte> sealedBytes,
        nint lengthOrNull,
        ReadOnlySpan<byte> plain,
        ulong plainLength,
        ReadOnlySpan<byte> associated,
        ulong associatedLength,
        nint secretNonceUnused,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key);

    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_aead_chacha20poly1305_ietf_decrypt")]
    public static partial int AeadDecrypt(
        Span<byte> plain,
        nint lengthOrNull,
        nint secretNonceUnused,
        ReadOnlySpan<byte> sealedBytes,
        ulong sealedLength,
        ReadOnlySpan<byte> associated,
        ulong associatedLength,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key);
}
