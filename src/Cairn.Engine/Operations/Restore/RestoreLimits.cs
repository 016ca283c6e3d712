namespace Cairn.Engine.Operations.Restore;

/// <summary>What a batch holds at most; two of them are in memory at a time. Tests take small ones.</summary>
/// <param name="FirstFiles">Of the first batch: small, so that workers start at once.</param>
/// <param name="Files">Some hundreds of bytes each.</param>
/// <param name="Items">24 bytes each.</param>
/// <param name="LargeFiles">
/// Files of more than one blob stay open between the first and the last: so many descriptors at most.
/// </param>
sealed record RestoreLimits(int FirstFiles, int Files, int Items, int LargeFiles)
{
    public static readonly RestoreLimits Default = new(
        FirstFiles: 4_000, Files: 16_000, Items: 1_000_000, LargeFiles: 1024);
}
