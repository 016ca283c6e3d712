using System.Security.Cryptography;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;
using Cairn.Engine.Storage;

namespace Cairn.Storage.State;

/// <summary>
/// Local state as files in one folder, for their owner only. Several processes may share it: a file is replaced by
/// renaming, so a reader keeps the version that it mapped.
/// </summary>
public sealed class FileStateFolder(string path, TimeProvider time) : IStateFolder
{
    const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>With a character that no name of a state file has.</summary>
    const string TemporaryStart = "~";

    /// <summary>Writing an index may take hours, but not days.</summary>
    static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(3);

    int _swept;

    public IReadOnlyList<string> List()
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(path)
                    .Select(file => Path.GetFileName(file))
                    .Where(IsName)
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    public IMappedFile? TryOpen(string name)
    {
        try
        {
            return MappedFile.Open(PathOf(name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public IStateWriter Create(string name)
    {
        var target = PathOf(name);
        Directory.CreateDirectory(path, FolderMode);
        if (Interlocked.Exchange(ref _swept, 1) == 0)
            Sweep();
        var temporary = Path.Combine(path, TemporaryStart + RandomNumberGenerator.GetHexString(32, lowercase: true));
        return new FileStateWriter(temporary, target);
    }

    public void Delete(string name)
    {
        try
        {
            File.Delete(PathOf(name));
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing there is what was wanted.
        }
    }

    // Names come from the engine, never from a store, so a bad one is a bug.
    string PathOf(string name)
    {
        Invariant.That(IsName(name));
        return Path.Combine(path, name);
    }

    static bool IsName(string name) => !name.Contains('/') && ObjectKey.TryParse(name, out _);

    void Sweep()
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(path, TemporaryStart + "*"))
                if (time.GetUtcNow() - File.GetLastWriteTimeUtc(file) > LeftoverAge)
                    File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What a crash left behind only takes space; whoever comes next tries again.
        }
    }
}
