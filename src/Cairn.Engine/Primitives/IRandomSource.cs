using System.Security.Cryptography;

namespace Cairn.Engine.Primitives;

/// <summary>
/// Where every key, salt and id comes from: an argument, so that a simulation replays from its seed. Safe to call from
/// any thread.
/// </summary>
public interface IRandomSource
{
    void Fill(Span<byte> destination);
}

/// <summary>The operating system's generator: the only one outside of tests.</summary>
public sealed class SystemRandom : IRandomSource
{
    public static SystemRandom Instance { get; } = new();

    SystemRandom() { }

    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
