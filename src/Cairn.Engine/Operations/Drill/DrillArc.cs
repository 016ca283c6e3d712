namespace Cairn.Engine.Operations.Drill;

/// <summary>
/// A part of the circle on which every path has its place: 2^64 places from <see cref="Start"/> on, round and round.
/// Arcs that follow each other cover everything once their lengths add up to the circle.
/// </summary>
public readonly record struct DrillArc(ulong Start, ulong Length)
{
    /// <summary>A length that stands for the whole circle, which has one place more.</summary>
    public const ulong Everything = ulong.MaxValue;

    const double Circle = 18446744073709551616.0;

    public bool IsWhole => Length == Everything;

    public double Share => IsWhole ? 1 : Length / Circle;

    /// <summary>Where the arc begins that follows this one.</summary>
    public ulong End => unchecked(Start + Length);

    public bool Contains(ulong place) => IsWhole || DistanceTo(place) < Length;

    /// <summary>From the start, the way the circle is gone round.</summary>
    public ulong DistanceTo(ulong place) => unchecked(place - Start);

    /// <summary>Which of so many slices of the same length a place of this arc lies in.</summary>
    public int SliceOf(ulong place, int slices) => (int)((UInt128)DistanceTo(place) * (uint)slices / Span);

    /// <summary>The first of so many slices: exactly the places that <see cref="SliceOf"/> puts there.</summary>
    public DrillArc First(int count, int slices) => count == slices
        ? this
        : this with { Length = (ulong)((Span * (uint)count + (uint)(slices - 1)) / (uint)slices) };

    public static ulong LengthOf(double share) => share >= 1 ? Everything : (ulong)(Math.Max(share, 0) * Circle);

    public static ulong Sum(ulong left, ulong right) => left > Everything - right ? Everything : left + right;

    UInt128 Span => IsWhole ? UInt128.One << 64 : Length;
}
