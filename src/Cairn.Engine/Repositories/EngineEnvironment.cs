using Cairn.Engine.Primitives;

namespace Cairn.Engine.Repositories;

/// <summary>What the engine takes from the world besides its ports: a clock, randomness, memory, and threads.</summary>
public sealed record EngineEnvironment(TimeProvider Time, IRandomSource Random, BufferPool Buffers)
{
    public EngineThreads Threads { get; init; } = EngineThreads.Default;
}
