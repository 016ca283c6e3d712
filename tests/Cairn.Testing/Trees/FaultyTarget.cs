using System.Text;
using Cairn.Engine.Entries;
using Cairn.Engine.Sources;

namespace Cairn.Testing.Trees;

/// <param name="Member">Of <see cref="IRestoreTarget"/> or <see cref="IRestoreFile"/>.</param>
/// <param name="Path">Latin-1.</param>
public sealed record TargetCall(string Member, string Path);

/// <summary>
/// A restore target whose calls fail as the rule says (null to go on). What fails is not done.
/// </summary>
public sealed class FaultyTarget(IRestoreTarget inner, Func<TargetCall, Exception?> rule) : IRestoreTarget
{
    public IReadOnlyCollection<string> Shortfalls => inner.Shortfalls;

    public void CreateDirectory(ReadOnlySpan<byte> path)
    {
        Enter(nameof(CreateDirectory), path);
        inner.CreateDirectory(path);
    }

    public IRestoreFile CreateFile(ReadOnlySpan<byte> path, Entry entry)
    {
        Enter(nameof(CreateFile), path);
        return new FaultyFile(this, inner.CreateFile(path, entry), path.ToArray());
    }

    public void WriteFile(ReadOnlySpan<byte> path, Entry entry, ReadOnlySpan<byte> content)
    {
        Enter(nameof(WriteFile), path);
        inner.WriteFile(path, entry, content);
    }

    public void CreateSpecial(ReadOnlySpan<byte> path, Entry entry)
    {
        Enter(nameof(CreateSpecial), path);
        inner.CreateSpecial(path, entry);
    }

    public void CreateHardLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> existingPath)
    {
        Enter(nameof(CreateHardLink), path);
        inner.CreateHardLink(path, existingPath);
    }

    public void FinishDirectory(ReadOnlySpan<byte> path, Entry entry)
    {
        Enter(nameof(FinishDirectory), path);
        inner.FinishDirectory(path, entry);
    }

    public bool IsAlreadyRestored(ReadOnlySpan<byte> path, Entry entry)
    {
        Enter(nameof(IsAlreadyRestored), path);
        return inner.IsAlreadyRestored(path, entry);
    }

    public void Dispose() => inner.Dispose();

    void Enter(string member, ReadOnlySpan<byte> path)
    {
        if (rule(new TargetCall(member, Encoding.Latin1.GetString(path))) is { } failure)
            throw failure;
    }

    sealed class FaultyFile(FaultyTarget target, IRestoreFile file, byte[] path) : IRestoreFile
    {
        public void Write(long offset, ReadOnlySpan<byte> content)
        {
            target.Enter(nameof(Write), path);
            file.Write(offset, content);
        }

        public void Complete()
        {
            target.Enter(nameof(Complete), path);
            file.Complete();
        }

        public void Dispose() => file.Dispose();
    }
}
