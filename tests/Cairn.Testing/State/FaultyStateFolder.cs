using Cairn.Engine.State;

namespace Cairn.Testing.State;

/// <param name="Member">
/// Of <see cref="IStateFolder"/> or <see cref="IStateWriter"/>; "Discard" for the disposal of an uncommitted writer.
/// </param>
/// <param name="File">The name in the folder; empty for a listing.</param>
public sealed record StateCall(string Member, string File);

/// <summary>A state folder whose calls fail as the rule says (null to go on): a full or broken disk.</summary>
public sealed class FaultyStateFolder(IStateFolder inner, Func<StateCall, Exception?> rule) : IStateFolder
{
    public IReadOnlyList<string> List()
    {
        Enter(nameof(List), "");
        return inner.List();
    }

    public IMappedFile? TryOpen(string name)
    {
        Enter(nameof(TryOpen), name);
        return inner.TryOpen(name);
    }

    public IStateWriter Create(string name)
    {
        Enter(nameof(Create), name);
        return new Writer(this, inner.Create(name), name);
    }

    public void Delete(string name)
    {
        Enter(nameof(Delete), name);
        inner.Delete(name);
    }

    void Enter(string member, string name)
    {
        if (rule(new StateCall(member, name)) is { } failure)
            throw failure;
    }

    sealed class Writer(FaultyStateFolder folder, IStateWriter writer, string name) : IStateWriter
    {
        bool _isOver;

        public long Position => writer.Position;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            folder.Enter(nameof(Write), name);
            writer.Write(bytes);
        }

        public void Commit()
        {
            folder.Enter(nameof(Commit), name);
            writer.Commit();
            _isOver = true;
        }

        public void Dispose()
        {
            if (!_isOver)
                folder.Enter("Discard", name);
            _isOver = true;
            writer.Dispose();
        }
    }
}
