namespace Cairn.Files.Restoring;

/// <summary>How a restore writes.</summary>
public sealed record RestoreTargetOptions
{
    /// <summary>
    /// Replace what stands where an entry belongs, except a directory by something else: for going on with a restore
    /// that was cut off. Otherwise whatever exists is refused.
    /// </summary>
    public bool ReplaceExisting { get; init; }

    /// <summary>Set owners as the recorded numbers, though their names may have others here.</summary>
    public bool NumericOwner { get; init; }
}
