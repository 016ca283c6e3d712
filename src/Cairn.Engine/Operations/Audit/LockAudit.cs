using System.Globalization;
using Cairn.Engine.Formats;
using Cairn.Engine.Operations.Check;
using Cairn.Engine.Primitives;
using Cairn.Engine.Repositories;
using Cairn.Engine.Storage;

namespace Cairn.Engine.Operations.Audit;

/// <summary>Whether what is needed is locked as the repository's leases promise. Any thread may ask.</summary>
/// <param name="needed">Objects that something needs.</param>
sealed class LockAudit(
    IObjectVersions versions, LeasePolicy policy, IReadOnlySet<ObjectKey> needed, RetiredLog retired,
    DateTimeOffset now, FindingLog findings)
{
    readonly Lock _lock = new();
    long _needed, _good, _asked;
    DateTimeOffset? _earliest;

    public AuditedLocks Result => new(policy, _needed, _good, _earliest);

    /// <summary>Questions for locks that the evidence did not tell.</summary>
    public long Asked => _asked;

    public async Task JudgeAsync(
        ObjectKey key, AuditedVersion version, ObjectEvidence? evidence, CancellationToken cancellationToken)
    {
        if (!needed.Contains(key))
            return;
        var held = evidence?.Lock;
        if (held is null)
        {
            // Who may not ask for locks is told of none, so that this must be asked, or refused, by itself.
            Interlocked.Increment(ref _asked);
            held = await versions.GetLockAsync(new ObjectVersionKey(key, version.Id), cancellationToken);
        }
        var problem = ProblemOf(key, held);
        if (problem is not null)
            findings.Add(CheckSeverity.Repairable, key.Value, kind: null, problem);
        lock (_lock)
        {
            _needed++;
            _good += problem is null ? 1 : 0;
            if (held is { } known && known.Until > now && !(known.Until >= _earliest))
                _earliest = known.Until;
        }
    }

    string? ProblemOf(ObjectKey key, HeldLock? held)
    {
        if (held is not { } known || known.Until <= now)
            return "it is needed, and not locked: lock it with: cairn lease renew";
        if (retired.LockBound is { } bound && known.Until < bound && ObjectNames.TryParsePack(key, out var pack)
            && !retired.Condemned.Contains(pack))
            return $"it is locked until {TextOf(known.Until)}, and hosts were told until {TextOf(bound)}: "
                + "put it right with: cairn lease renew";
        if (known.Until < now + policy.AnnouncedMinimum)
            return $"it is needed, and locked until {TextOf(known.Until)} only, where {policy.Days} days are asked "
                + "for: run cairn lease renew every day";
        return known.Mode < policy.Mode
            ? "it is locked in governance mode, where compliance is asked for: its next renewal puts that right"
            : null;
    }

    static string TextOf(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
