using System.Runtime.InteropServices;

namespace Cairn.Engine.Interop;

static partial class Sodium
{
    public const int BoxKeyBytes = 32;
    public const int BoxNonceBytes = 24;
    public const int BoxMacBytes = 16;
    public const int SealBytes = BoxKeyBytes + BoxMacBytes;

    /// <summary>The public half of an X25519 secret.</summary>
    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_scalarmult_base")]
    public static partial int ScalarMultBase(Span<byte> publicKey, ReadOnlySpan<byte> secretKey);

    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_generichash")]
    public static partial int GenericHash(
        Span<byte> hash,
        nuint hashLength,
        ReadOnlySpan<byte> message,
        ulong length,
        ReadOnlySpan<byte> key,
        nuint keyLength);

    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_box_easy")]
    public static partial int BoxEasy(
        Span<byte> box,
        ReadOnlySpan<byte> message,
        ulong length,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> secretKey);

    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_box_seal")]
    public static partial int BoxSeal(
        Span<byte> box, ReadOnlySpan<byte> message, ulong length, ReadOnlySpan<byte> publicKey);

    [LibraryImport(NativeLibraries.Sodium, EntryPoint = "crypto_box_seal_open")]
    public static partial int BoxSealOpen(
        Span<byte> message,
        ReadOnlySpan<byte> box,
        ulong boxLength,
        ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> secretKey);
}
