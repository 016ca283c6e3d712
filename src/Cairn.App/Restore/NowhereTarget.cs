using Cairn.Engine.Entries;
using Cairn.Engine.Sources;

namespace Cairn.App.Restore;

/// <summary>For dry runs: nothing is there, and nothing may be written.</summary>
sealed class NowhereTarget : IRestoreTarget
{
    public IReadOnlyCollection<string> Shortfalls => [];

    public bool IsAlreadyRestored(ReadOnlySpan<byte> path, Entry entry) => false;

    public void CreateDirectory(ReadOnlySpan<byte> path) => throw Refused();
    public IRestoreFile CreateFile(ReadOnlySpan<byte> path, Entry entry) => throw Refused();
    public void WriteFile(ReadOnlySpan<byte> path, Entry entry, ReadOnlySpan<byte> content) => throw Refused();
    public void CreateSpecial(ReadOnlySpan<byte> path, Entry entry) => throw Refused();
    public void CreateHardLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> existingPath) => throw Refused();
    public void FinishDirectory(ReadOnlySpan<byte> path, Entry entry) => throw Refused();

    public void Dispose() { }

    static InvalidOperationException Refused() => new("a dry run tried to write");
}
