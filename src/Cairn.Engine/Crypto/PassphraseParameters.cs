using Cairn.Engine.Primitives;

namespace Cairn.Engine.Crypto;

/// <summary>The salt of a passphrase slot: 16 bytes.</summary>
public readonly record struct PassphraseSalt
{
    readonly Bytes16 _value;

    public const int Size = Bytes16.Size;

    public PassphraseSalt(ReadOnlySpan<byte> bytes) => _value = new Bytes16(bytes);

    public void CopyTo(Span<byte> destination) => _value.CopyTo(destination);
}

/// <summary>How Argon2id is run for a passphrase slot; stored beside the slot. Only allowed values exist.</summary>
public sealed record PassphraseParameters
{
    public const int MemoryKiBDefault = 64 << 10;
    public const int MemoryKiBMin = 8 << 10;
    public const int MemoryKiBMax = 4 << 20;
    public const int PassesDefault = 3;
    public const int PassesMin = 1;
    public const int PassesMax = 64;

    /// <summary>The only number of lanes that libsodium computes; stored so that a reader can refuse others.</summary>
    public const int Lanes = 1;

    PassphraseParameters(PassphraseSalt salt, int memoryKiB, int passes)
    {
        Salt = salt;
        MemoryKiB = memoryKiB;
        Passes = passes;
    }

    public PassphraseSalt Salt { get; }
    public int MemoryKiB { get; }
    public int Passes { get; }

    /// <summary>The defaults with a fresh salt.</summary>
    public static PassphraseParameters Create(IRandomSource random)
    {
        Span<byte> salt = stackalloc byte[PassphraseSalt.Size];
        random.Fill(salt);
        return new PassphraseParameters(new PassphraseSalt(salt), MemoryKiBDefault, PassesDefault);
    }

    /// <summary>
    /// Null if the values are outside the bounds: they are read before anything is authenticated, and must not make a
    /// reader take all memory, nor a passphrase cheap to guess.
    /// </summary>
    public static PassphraseParameters? TryCreate(PassphraseSalt salt, ulong memoryKiB, ulong passes, ulong lanes)
    {
        var isAllowed = memoryKiB is >= MemoryKiBMin and <= MemoryKiBMax
            && passes is >= PassesMin and <= PassesMax
            && lanes == Lanes;
        return isAllowed ? new PassphraseParameters(salt, (int)memoryKiB, (int)passes) : null;
    }
}
