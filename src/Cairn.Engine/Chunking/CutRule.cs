using Cairn.Engine.Crypto;
using Cairn.Engine.Interop;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Chunking;

/// <summary>
/// Where chunks end: parameters and the secrets that follow from the chunking key. Shared by all chunkers of a
/// repository, on any thread; disposed after the last of them.
/// </summary>
public sealed class CutRule : IDisposable
{
    const int GearEntries = 256;

    readonly SecretKey _gear;
    readonly SecretKey _cutKey;

    public CutRule(SecretKey chunkingKey, ChunkerParameters parameters)
    {
        Sodium.EnsureReady();
        Parameters = parameters;
        Threshold = ((1UL << 32) << ChunkerParameters.CandidateBits) / (ulong)(parameters.Average - parameters.Minimum);
        _cutKey = KeyDerivation.Expand(chunkingKey, "cut", Sodium.ShortHashKeyBytes);
        _gear = KeyDerivation.Expand(chunkingKey, "gear", GearEntries * sizeof(ulong));
        if (!BitConverter.IsLittleEndian)
            ReverseGear(_gear.AsWritableSpan());
    }

    public ChunkerParameters Parameters { get; }

    /// <summary>A candidate is a boundary if 32 bits of its keyed hash are below this.</summary>
    internal ulong Threshold { get; }

    internal ReadOnlySpan<byte> Gear => _gear.AsSpan();

    internal ReadOnlySpan<byte> CutKey => _cutKey.AsSpan();

    public void Dispose()
    {
        _gear.Dispose();
        _cutKey.Dispose();
    }

    static void ReverseGear(Span<byte> gear)
    {
        for (var at = 0; at < gear.Length; at += sizeof(ulong))
            gear.Slice(at, sizeof(ulong)).Reverse();
    }
}
