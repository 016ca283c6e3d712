using System.Runtime.InteropServices;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Check;

/// <summary>What this check and those before it have read, and when. Any thread may add.</summary>
sealed class PackVerifications
{
    /// <summary>What a long run has read is remembered though it is killed.</summary>
    const long SecondsBetweenWrites = 600;

    readonly CheckContext _context;
    readonly IStateFolder _state;
    readonly VerificationRecord _record;
    readonly Lock _lock = new();
    long _written;

    public PackVerifications(CheckContext context)
    {
        _context = context;
        _state = context.Options.Records ?? context.Session.State;
        _written = Now;
        var before = VerificationRecord.Read(_state, context.Repository.Id, Now);
        _record = new VerificationRecord();
        _record.Runs.AddRange(before.Runs);
        foreach (var pack in context.Inventory.Packs.Keys)
            _record.Packs.Add(pack, before.Packs.GetValueOrDefault(pack, new PackTimes(Now, PackTimes.Never)));
    }

    long Now => _context.Repository.Environment.Time.GetUtcNow().ToUnixTimeSeconds();

    public List<ObjectHash> Choose(ReadSchedule schedule)
    {
        var chosen = schedule.Choose(
            _record.Packs.Select(pack => (pack.Key, _context.Inventory.Packs[pack.Key], pack.Value)), _record.Runs,
            Now);
        _record.AddRun(Now);
        return chosen;
    }

    public void AddGood(ObjectHash pack)
    {
        lock (_lock)
        {
            ref var times = ref CollectionsMarshal.GetValueRefOrNullRef(_record.Packs, pack);
            times = times with { Verified = Now };
            if (Now - _written > SecondsBetweenWrites)
                Write();
        }
    }

    /// <summary>It will never be read: a prune took it.</summary>
    public void Drop(ObjectHash pack)
    {
        lock (_lock)
            _record.Packs.Remove(pack);
    }

    /// <summary>A disk that is full costs the memory of what was read, and not the check.</summary>
    public void Write()
    {
        lock (_lock)
        {
            _written = Now;
            try
            {
                _record.Write(_state, _context.Repository.Id, Now);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _context.Findings.Note(
                    VerificationRecord.FileName, $"which packs were read could not be remembered: {e.Message}");
            }
        }
    }

    public VerificationState ToState()
    {
        var within = _context.Options.Schedule?.Within;
        var (verified, never, overdue) = (default(PackAmount), default(PackAmount), default(PackAmount));
        var oldest = long.MaxValue;
        var now = Now;
        foreach (var (pack, times) in _record.Packs)
        {
            var size = _context.Inventory.Packs[pack];
            if (times.IsVerified)
                oldest = Math.Min(oldest, times.Verified);
            else
                never = never.Plus(size);
            var isOverdue = within is { } limit && times.Due(limit) < now;
            if (isOverdue)
                overdue = overdue.Plus(size);
            else if (times.IsVerified)
                verified = verified.Plus(size);
        }
        return new VerificationState
        {
            Within = within, Verified = verified, Never = never, Overdue = overdue,
            Oldest = oldest == long.MaxValue ? null : DateTimeOffset.FromUnixTimeSeconds(oldest),
        };
    }
}
