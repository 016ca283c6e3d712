using Cairn.Engine.Primitives;
using Cairn.Simulation.Worlds;
using Cairn.Testing.Simulated.Buckets;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.Stores;

namespace Cairn.Simulation.Hosts;

/// <summary>Counts what a run did, from its requests, and sees that it asks for nothing that is not its.</summary>
sealed class RunObserver
{
    readonly World _world;
    readonly ProcessLife _life;
    readonly HashSet<string> _packs = [];
    readonly HashSet<string> _ledgers = [];
    int _indices;
    bool _isCommitted;
    bool _isLookDue;

    public RunObserver(World world, ProcessLife life)
    {
        (_world, _life) = (world, life);
        life.OnCall = Observe;
    }

    /// <summary>Snapshots that were forgotten when the look behind the last commit began.</summary>
    public IReadOnlySet<ObjectHash> ForgottenBeforeLastLook { get; private set; } = new HashSet<ObjectHash>();

    public void End()
    {
        if (_life.Store.HasCrashed && _isCommitted)
            _world.Coverage.Count("backup committed and not reported");
    }

    void Observe(SimulatedCall call)
    {
        // INV-2, and what hosts may read: whatever happens, it asks for nothing that a host may not do.
        _world.Require(call.Member != StoreMember.Delete, $"a host deletes (INV-2): {call}");
        _world.Require(
            call.Member != StoreMember.Get || !IsBelow(call, "packs/", "ledgers/", "snapshots/", "keys/"),
            $"a host reads what is not its (INV-5): {call}");
        if (call.Member == StoreMember.Stat && IsBelow(call, "packs/"))
            _world.Coverage.Count("packs taken up after a crash");
        if (call.Member == StoreMember.List && IsBelow(call, "retired/") && _isLookDue)
        {
            _isLookDue = false;
            ForgottenBeforeLastLook = _world.Judge.Forgotten.ToHashSet();
        }
        if (call.Member != StoreMember.Put)
            return;
        if (IsBelow(call, "packs/") && _packs.Add(call.Name) && _ledgers.Count > 0 && !_isCommitted
            && _indices == _ledgers.Count)
            _world.Coverage.Count("second pass after a condemnation");
        if (IsBelow(call, "index/"))
            _indices++;
        if (IsBelow(call, "snapshots/"))
            _isCommitted = _isLookDue = true;
        if (IsBelow(call, "ledgers/") && _ledgers.Add(call.Name) && _isCommitted)
            _world.Coverage.Count("ledger replaced after a proposal");
    }

    static bool IsBelow(SimulatedCall call, params string[] prefixes) =>
        prefixes.Any(prefix => call.Name.StartsWith(prefix, StringComparison.Ordinal));
}
