namespace Cairn.Engine.Chunking;

/// <summary>Sizes of chunks in bytes, from the repository's descriptor. Only allowed values exist.</summary>
public sealed record ChunkerParameters
{
    public const int WindowBytes = 64;
    public const int MaximumLimit = 16 << 20;

    /// <summary>
    /// The least distance from minimum to average: a candidate comes every 4096 bytes, and the keyed decision can only
    /// thin candidates out.
    /// </summary>
    public const int SpreadMin = 1 << CandidateBits;

    internal const int CandidateBits = 12;

    ChunkerParameters(int minimum, int average, int maximum)
    {
        Minimum = minimum;
        Average = average;
        Maximum = maximum;
    }

    public static ChunkerParameters Default { get; } = new(256 << 10, 1 << 20, 4 << 20);

    public int Minimum { get; }
    public int Average { get; }
    public int Maximum { get; }

    /// <summary>Null if the values are outside the bounds.</summary>
    public static ChunkerParameters? TryCreate(long minimum, long average, long maximum)
    {
        var isAllowed = minimum >= WindowBytes
            && minimum < average
            && average < maximum
            && maximum <= MaximumLimit
            && average - minimum >= SpreadMin;
        return isAllowed ? new ChunkerParameters((int)minimum, (int)average, (int)maximum) : null;
    }
}
