namespace Cairn.Simulation;

/// <summary>Seeds that follow each other.</summary>
readonly record struct SeedRange(ulong First, long Count)
{
    const string Separator = "..";

    /// <summary><c>FROM..TO</c>, both included, or a count that begins with <paramref name="first"/>.</summary>
    public static SeedRange Parse(string text, ulong first)
    {
        if (!text.Contains(Separator, StringComparison.Ordinal))
            return new SeedRange(first, long.Parse(text));
        var ends = text.Split(Separator);
        var (from, to) = (ulong.Parse(ends[0]), ulong.Parse(ends[1]));
        return ends.Length == 2 && from <= to
            ? new SeedRange(from, checked((long)(to - from) + 1))
            : throw new FormatException();
    }
}
