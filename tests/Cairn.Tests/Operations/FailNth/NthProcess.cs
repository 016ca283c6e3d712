using Cairn.Engine.Primitives;
using Cairn.Engine.Sources;
using Cairn.Engine.State;
using Cairn.Engine.Storage;
using Cairn.Engine.Storage.Decorators;
using Cairn.Storage.Disks;
using Cairn.Testing.Disks;
using Cairn.Testing.Simulated.Stores;
using Cairn.Testing.State;
using Cairn.Testing.Stores;
using Cairn.Testing.Time;
using Cairn.Testing.Trees;

namespace Cairn.Tests.Operations.FailNth;

sealed record NthCall(string Member, string Name);

/// <summary>
/// A process whose calls at one seam are counted from 1 and of which the Nth fails. If that is a crash, no later call
/// at any seam reaches anything: what cleans up behind an error finds nothing to clean.
/// </summary>
sealed class NthProcess(NthSeam seam, int ordinal, NthFailure failure)
{
    const int Attempts = 3;

    readonly Lock _lock = new();
    readonly EagerTime _time = new();
    int _calls;
    bool _isDead;
    readonly List<NthCall> _failed = [];

    public NthSeam Seam => seam;

    /// <summary>The calls that failed; none as long as the operation makes fewer than N.</summary>
    public IReadOnlyList<NthCall> Failed => _failed;

    public WorldSeams Seams => new() { Disk = Wrap, Store = Wrap, State = Wrap };

    /// <summary>As the program has it: with retries around, but of a clock that does not wait.</summary>
    IObjectStore Wrap(IObjectStore store) => new RetryingStore(
        new FaultyStore(store, new Faults(this)), new RetryOptions { AttemptsMax = Attempts }, _time, () => 0.5);

    IDiskOperations Wrap(IDiskOperations disk) => new FaultyDisk(
        disk, call => Fails(NthSeam.Disk, call.Name, call.Path) ? failure.Disk : null);

    IStateFolder Wrap(IStateFolder state) => new FaultyStateFolder(
        state, call => Fails(NthSeam.State, call.Member, call.File) ? failure.State!(call.File) : null);

    public IRestoreTarget Wrap(IRestoreTarget target) => new FaultyTarget(
        target, call => Fails(NthSeam.Target, call.Member, call.Path)
            ? new RestoreWriteException($"{call.Path}: cannot be written: {failure}") { IsFatal = failure.IsFatal }
            : null);

    bool Fails(NthSeam at, string member, string name)
    {
        lock (_lock)
        {
            if (_isDead)
                throw new SimulatedCrashException($"the process has crashed at {_failed[0]}");
            if (at != seam)
                return false;
            var call = new NthCall(member, name);
            _calls++;
            if (_calls != ordinal && !(failure.Kind == NthKind.LastingError && IsLikeFailed(call)))
                return false;
            _failed.Add(call);
            _isDead = failure.Kind == NthKind.Crash;
            return true;
        }
    }

    // A store's request that is made again has the same name; what writes a file takes another temporary one.
    bool IsLikeFailed(NthCall call) =>
        _failed.Count > 0 && (seam == NthSeam.Store ? call == _failed[0] : call.Member == _failed[0].Member);

    sealed class Faults(NthProcess process) : StoreFaults
    {
        public override StoreFault Decide(StoreCall call) =>
            process.Fails(NthSeam.Store, call.Member.ToString(), call.Name) ? process.Failure.Store : StoreFault.None;
    }

    NthFailure Failure => failure;
}
