namespace Cairn.Engine.Formats.Manifests;

/// <summary>
/// The order of a manifest: class, then components of the directory's path, then name, all as unsigned bytes. Comparing
/// component by component is comparing bytes with the slash below all others, since no name contains one.
/// </summary>
public static class ManifestOrder
{
    public static int ComparePaths(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        var a = left[common];
        var b = right[common];
        if (a == '/')
            return -1;
        return b == '/' ? 1 : a.CompareTo(b);
    }

    public static int CompareBlocks(
        byte leftClass, ReadOnlySpan<byte> leftPath, byte rightClass, ReadOnlySpan<byte> rightPath) =>
        leftClass != rightClass ? leftClass.CompareTo(rightClass) : ComparePaths(leftPath, rightPath);

    /// <summary>Whether a path is that of the directory or of something below it.</summary>
    public static bool IsAtOrBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> directory) =>
        directory.IsEmpty
        || (path.StartsWith(directory) && (path.Length == directory.Length || path[directory.Length] == '/'));
}
