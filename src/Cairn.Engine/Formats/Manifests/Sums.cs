namespace Cairn.Engine.Formats.Manifests;

/// <summary>Sums of lengths that stop at 2^64 − 1: a few sparse files are enough to get there.</summary>
static class Sums
{
    public static ulong Add(ulong left, ulong right)
    {
        var sum = left + right;
        return sum < left ? ulong.MaxValue : sum;
    }
}
