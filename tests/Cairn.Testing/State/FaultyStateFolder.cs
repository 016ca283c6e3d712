using Cairn.Engine.State;

namespace Cairn.Testing.State;

/// <summary>A state folder one of whose calls fails, counted over all members from 1, as on a full or broken
/// disk.</summary>
public sealed class FaultyStateFolder(IStateFolder inner, int failingCall) : IStateFolder
{
    int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public IReadOnlyList<string> List()
    {
        Enter();
        return inner.List();
    }

    public IMappedFile? TryOpen(string name)
    {
        Enter();
        return inner.TryOpen(name);
    }

    public IStateWriter Create(string name)
    {
        Enter();
        return new Writer(this, inner.Create(name));
    }

    public void Delete(string name)
    {
        Enter();
        inner.Delete(name);
    }

    void Enter()
    {
        if (Interlocked.Increment(ref _calls) == failingCall)
            throw new IOException($"simulated fault in call {failingCall} of the state folder");
    }

    sealed class Writer(FaultyStateFolder folder, IStateWriter writer) : IStateWriter
    {
        public long Position => writer.Position;

        public void Write(ReadOnlySpan<byte> bytes) => writer.Write(bytes);

        public void Commit()
        {
            folder.Enter();
            writer.Commit();
        }

        public void Dispose() => writer.Dispose();
    }
}
