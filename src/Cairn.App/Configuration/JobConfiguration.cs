using Cairn.App.Selecting;

namespace Cairn.App.Configuration;

/// <summary>One of the <c>jobs:</c> of the configuration: what belongs together in one snapshot.</summary>
public sealed record JobConfiguration
{
    public required string Name { get; init; }

    /// <summary>Name of the source; null for <c>HOST:NAME</c>.</summary>
    public string? Source { get; init; }

    /// <summary>Absolute.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>In order; those of <see cref="Exclude"/> follow.</summary>
    public IReadOnlyList<RuleText> Rules { get; init; } = [];

    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>See <see cref="SelectionRequest.LikeDuplicity"/>.</summary>
    public bool LikeDuplicity { get; init; }

    public TreatmentRequest Treatment { get; init; } = new();

    /// <summary>Executables, or folders of them, that print further paths; absolute.</summary>
    public IReadOnlyList<string> Pickers { get; init; } = [];

    /// <summary>Executables, or folders of them, that write a stream each; absolute.</summary>
    public IReadOnlyList<string> Snapshotters { get; init; } = [];

    /// <summary>Shell commands.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];
    public IReadOnlyList<string> After { get; init; } = [];
    public IReadOnlyList<string> OnFailure { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];
    public bool OneFileSystem { get; init; }
    public bool IgnoresChangeTime { get; init; }
    public bool IgnoresInode { get; init; }
    public TimeSpan? LockWait { get; init; }

    /// <summary>Each picker gets this long.</summary>
    public TimeSpan PickerTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Each command of a hook gets this long.</summary>
    public TimeSpan HookTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Each snapshotter gets this long; null for as long as it takes.</summary>
    public TimeSpan? SnapshotterTimeout { get; init; }
}
