using Cairn.Engine.Operations.Check;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Audit;

/// <summary>How much the store's own evidence says of an object.</summary>
public enum AuditLevel
{
    /// <summary>It is there. Whether it is what it was, nothing tells.</summary>
    Presence,
    /// <summary>It is there, and as long as the index says.</summary>
    Size,
    /// <summary>
    /// The SHA-256 that the store worked out when it took the object is the one in the name; or it is the descriptor,
    /// which has none in its name, but was read and its signature verified.
    /// </summary>
    Content,
}

public readonly record struct AuditAmount(long Objects, long Bytes)
{
    internal AuditAmount Plus(long bytes) => new(Objects + 1, Bytes + bytes);
}

/// <summary>What a store's own evidence proves of a repository; nothing of a pack was read.</summary>
public sealed record AuditResult
{
    public required IReadOnlyList<CheckFinding> Findings { get; init; }

    /// <summary>Objects by the most that is proved of each. Those in <see cref="Bad"/> are in none.</summary>
    public required IReadOnlyDictionary<AuditLevel, AuditAmount> Proved { get; init; }

    /// <summary>Objects of which the evidence says that they are not what they should be.</summary>
    public required AuditAmount Bad { get; init; }

    /// <summary>Questions to the store about single objects.</summary>
    public required long Asked { get; init; }

    /// <summary>Objects that these credentials may not ask about; of them there is the listing alone.</summary>
    public required long NotAllowed { get; init; }

    /// <summary>The store told a checksum of at least one object.</summary>
    public required bool KeepsChecksums { get; init; }

    /// <summary>Whether what lies hidden or replaced was looked at too.</summary>
    public required bool SeesVersions { get; init; }

    /// <summary>Null where nothing is to be locked, or the store does not show its versions.</summary>
    public required AuditedLocks? Locks { get; init; }

    public AuditAmount Of(AuditLevel level) => Proved.GetValueOrDefault(level);

    public bool IsDamaged => Findings.Any(finding => finding.Severity == CheckSeverity.Damage);
}

/// <param name="Needed">Objects that something needs.</param>
/// <param name="Good">Of these, locked in the right mode and for long enough.</param>
/// <param name="Earliest">When the first lock of those ends; null if there are none.</param>
public sealed record AuditedLocks(LeasePolicy Policy, long Needed, long Good, DateTimeOffset? Earliest);
