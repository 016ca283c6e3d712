namespace Cairn.Files.Restoring;

/// <summary>How a restore writes.</summary>
public sealed record RestoreTargetOptions
{
    /// <summary>A directory is never replaced by something else, whatever the rule.</summary>
    public OverwriteRule Overwrite { get; init; }

    /// <summary>Set owners as the recorded numbers, though their names may have others here.</summary>
    public bool NumericOwner { get; init; }

    /// <summary>Leave everything to who restores it; set-id bits, which would lend his rights, stay off then.</summary>
    public bool NoOwner { get; init; }
}
