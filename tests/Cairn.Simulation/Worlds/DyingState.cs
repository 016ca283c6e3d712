using Cairn.Engine.State;
using Cairn.Testing.Simulated.Stores;

namespace Cairn.Simulation.Worlds;

/// <summary>
/// The local state as one process sees it. What a dead process would write is never written, whichever of its calls
/// killed it.
/// </summary>
sealed class DyingState(World world, IStateFolder inner, ProcessLife life) : IStateFolder
{
    int _calls;

    public IReadOnlyList<string> List()
    {
        Enter("listing");
        return inner.List();
    }

    public IMappedFile? TryOpen(string name)
    {
        Enter(name);
        return inner.TryOpen(name);
    }

    public IStateWriter Create(string name)
    {
        Enter(name);
        return new Writer(this, inner.Create(name), name);
    }

    public void Delete(string name)
    {
        Enter(name);
        inner.Delete(name);
    }

    void Enter(string what)
    {
        _calls++;
        if (_calls == life.StateCallsLeft)
        {
            world.Coverage.Count("crash at a call of the state");
            life.Store.Crash($"the process crashed at call {_calls} of its state ({what})");
        }
        if (life.Store.HasCrashed)
            throw new SimulatedCrashException($"the process is dead ({what})");
        if (_calls == life.StateFailsAt)
        {
            world.Coverage.Count("state disk failed");
            throw new IOException($"simulated: no space left on the disk of the state ({what})");
        }
    }

    sealed class Writer(DyingState state, IStateWriter writer, string name) : IStateWriter
    {
        public long Position => writer.Position;

        public void Write(ReadOnlySpan<byte> bytes) => writer.Write(bytes);

        public void Commit()
        {
            state.Enter(name);
            writer.Commit();
        }

        public void Dispose() => writer.Dispose();
    }
}
