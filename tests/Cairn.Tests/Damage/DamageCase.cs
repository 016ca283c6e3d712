using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Testing;

namespace Cairn.Tests.Damage;

enum DamageKind { Flip, Truncate, Extend, Neighbour, Older, OlderUnderFittingName, Delete }

/// <summary>One thing done to one object.</summary>
/// <param name="Name">The object.</param>
/// <param name="Bytes">What is under its name then; null if nothing.</param>
/// <param name="OtherName">A name under which <paramref name="OtherBytes"/> come to be besides.</param>
sealed record DamageCase(
    DamageKind Kind, string Name, string Detail, byte[]? Bytes, string? OtherName = null, byte[]? OtherBytes = null)
{
    public override string ToString() => $"{Name}: {Kind} {Detail}";

    /// <summary>Everything that is done to an object.</summary>
    public static IEnumerable<DamageCase> Of(string name, DamageWorld world)
    {
        var bytes = world.Objects[name];
        foreach (var position in Positions(bytes))
        {
            var bit = position % 8;
            yield return new(
                DamageKind.Flip, name, $"bit {bit} of byte {position} of {bytes.Length}", Flip(bytes, position, bit));
        }
        foreach (var length in new[] { 0, 1, bytes.Length / 2, bytes.Length - 100, bytes.Length - 1 })
            yield return new(DamageKind.Truncate, name, $"to {length} of {bytes.Length}", bytes[..Math.Max(length, 0)]);
        yield return new(DamageKind.Extend, name, "by a zero", [.. bytes, 0]);
        yield return new(DamageKind.Extend, name, "by itself", [.. bytes, .. bytes]);
        if (NeighbourOf(name, world) is { } neighbour)
            yield return new(DamageKind.Neighbour, name, neighbour, world.Objects[neighbour]);
        if (OlderOf(name, world) is { } older)
        {
            yield return new(DamageKind.Older, name, older, world.Objects[older]);
            // The one part of a name that anybody can compute is its hash.
            if (FittingName(name, world.Objects[older]) is { } fitting)
                yield return new(
                    DamageKind.OlderUnderFittingName, name, older, Bytes: null, fitting, world.Objects[older]);
        }
        yield return new(DamageKind.Delete, name, "", Bytes: null);
    }

    public static string FolderOf(string name) => name[..(name.IndexOf('/') + 1)];

    /// <summary>Fields at the beginning and at the end, the middle, and between.</summary>
    static IEnumerable<int> Positions(byte[] bytes)
    {
        int[] head = [0, 4, 5, 6, 7, 8, 10, 12, 13, 14, 17, 30, 45, 49, 60, 100, 130, 140];
        int[] tail = [1, 5, 7, 20, 64, 65, 75, 100, 110, 150, 250];
        var positions = head.Concat(tail.Select(distance => bytes.Length - distance))
            .Concat(Enumerable.Range(1, 5).Select(sixth => bytes.Length / 6 * sixth));
        var random = new SeededRandom((ulong)bytes.Length * 31 + bytes[^1]);
        return positions.Append(random.NextInt(bytes.Length))
            .Where(position => position >= 0 && position < bytes.Length).Distinct();
    }

    static byte[] Flip(byte[] bytes, int position, int bit)
    {
        var copy = bytes.ToArray();
        copy[position] ^= (byte)(1 << bit);
        return copy;
    }

    static string? NeighbourOf(string name, DamageWorld world)
    {
        var names = world.Objects.Keys.Where(other => FolderOf(other) == FolderOf(name)).ToList();
        return names.Count == 1 ? null : names[(names.IndexOf(name) + 1) % names.Count];
    }

    /// <summary>The last one of its kind before it, as if it had been put back.</summary>
    static string? OlderOf(string name, DamageWorld world) => world.History.TakeWhile(other => other != name)
        .LastOrDefault(other => FolderOf(other) == FolderOf(name) && TypeOf(other, world) == TypeOf(name, world));

    static byte TypeOf(string name, DamageWorld world) => world.Objects[name][6];

    static string? FittingName(string name, byte[] bytes) =>
        name == "cairn.json" || FolderOf(name) == "packs/" ? null : $"{name[..^64]}{ObjectWriter.HashOf(bytes)}";
}
