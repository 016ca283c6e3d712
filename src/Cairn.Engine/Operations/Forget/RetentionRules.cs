namespace Cairn.Engine.Operations.Forget;

/// <summary>
/// Which snapshots of a source stay. What any rule keeps, stays. Days, weeks and so on are those of
/// <see cref="Zone"/>; a rule that counts them keeps the newest snapshot of each that has any.
/// </summary>
public sealed record RetentionRules
{
    public int Last { get; init; }
    public int Hourly { get; init; }
    public int Daily { get; init; }

    /// <summary>Weeks begin on Monday.</summary>
    public int Weekly { get; init; }
    public int Monthly { get; init; }
    public int Yearly { get; init; }

    /// <summary>Everything not older than that, counted from the newest snapshot of the source.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>Everything not older than this time: with it alone, what is older goes.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Everything with one of these labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Without any rule nothing would stay: whoever asks for that has forgotten something.</summary>
    public bool AreNone => Last + Hourly + Daily + Weekly + Monthly + Yearly == 0
        && Within is null && NotBefore is null && Tags.Count == 0;
}
