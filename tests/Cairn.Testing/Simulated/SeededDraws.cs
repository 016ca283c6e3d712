namespace Cairn.Testing.Simulated;

/// <summary>
/// A generator of its own for each (seed, who, number): what one draws does not depend on what was drawn before, nor
/// on the threads that came first.
/// </summary>
static class SeededDraws
{
    public static SeededRandom For(ulong seed, string who, long number)
    {
        // FNV-1a: string.GetHashCode differs from process to process.
        var hash = 14695981039346656037 ^ seed;
        foreach (var letter in who)
            hash = (hash ^ letter) * 1099511628211;
        var random = new SeededRandom(hash ^ ((ulong)number * 0x9E3779B97F4A7C15));
        // Near numbers have near states: one step of the generator is not enough to part them.
        return new SeededRandom(random.NextUInt64() ^ seed);
    }

    /// <summary>In [0, 1).</summary>
    public static double NextDouble(this SeededRandom random) => (random.NextUInt64() >> 11) * (1.0 / (1UL << 53));
}
