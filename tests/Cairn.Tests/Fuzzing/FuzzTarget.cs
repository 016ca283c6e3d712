using Cairn.Engine.Crypto;
using Cairn.Engine.Formats;
using Cairn.Engine.Repositories;

namespace Cairn.Tests.Fuzzing;

/// <summary>A decoder, what mutations of its input start from, and what it is allowed to do.</summary>
sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds)
{
    /// <summary>
    /// Seals, signs or sums up what was mutated, so that what lies below a seal is reached. Not measured.
    /// </summary>
    public Func<byte[], byte[]> Wrap { get; init; } = bytes => bytes;

    /// <summary>
    /// Decodes; returns what encodes the result again, which must give the mutated bytes, or null where the decoder
    /// does not claim one encoding.
    /// </summary>
    public required Func<byte[], Func<byte[]>?> Decode { get; init; }

    /// <summary>Memory for limits that do not depend on the input's length, as a blob's plain length.</summary>
    public long AllocationBase { get; init; } = 256 << 10;

    /// <summary>Bytes allocated for a byte of input: an object for the shortest record there can be.</summary>
    public int AllocationPerByte { get; init; } = 64;

    /// <summary>What a refusal may be, besides the exceptions of the format.</summary>
    public Type? Refusal { get; init; }

    public bool Allows(Exception exception) =>
        exception is FormatViolationException or DamagedObjectException or UnsupportedFormatException
            or WrongKeyException or RecoveryKeyException
        || exception.GetType() == Refusal;

    public override string ToString() => Name;
}
