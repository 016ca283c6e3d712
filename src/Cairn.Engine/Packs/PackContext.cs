using Cairn.Engine.Crypto;
using Cairn.Engine.Envelopes;
using Cairn.Engine.Primitives;

namespace Cairn.Engine.Packs;

/// <summary>What every pack of a session is made with. Keys are borrowed.</summary>
public sealed record PackContext
{
    public required EnvelopeKeys Keys { get; init; }
    public required ushort Domain { get; init; }
    public required uint Epoch { get; init; }
    public required SealingPublicKey RestoreKey { get; init; }
    public required Signer Author { get; init; }
    public required IRandomSource Random { get; init; }
    public required BufferPool Buffers { get; init; }

    /// <summary>A pack is filled up to this size, all included.</summary>
    public required int PackBytes { get; init; }
}
