using System.Security.Cryptography;
using System.Text;
using Cairn.App.Text;
using Cairn.Engine.Sources;
using Cairn.Files.Restoring;

namespace Cairn.App.Drill;

/// <summary>
/// The temporary directory of a drill, for its owner only: what it holds is as secret as the originals. Removed with
/// all that is in it, however the drill ends; only what is killed leaves it, and the next drill tells of it.
/// </summary>
sealed class DrillPlace : IDisposable
{
    const string Start = "cairn-drill-";

    // Not /tmp, which often lies in memory.
    const string DefaultFolder = "/var/tmp";

    readonly AppEnvironment _environment;
    readonly byte[] _folder;
    readonly string _name;
    readonly bool _keeps;

    DrillPlace(AppEnvironment environment, byte[] folder, string name, bool keeps) =>
        (_environment, _folder, _name, _keeps) = (environment, folder, name, keeps);

    public byte[] Path => [.. _folder, (byte)'/', .. Encoding.UTF8.GetBytes(_name)];

    public static DrillPlace Create(AppEnvironment environment, DrillRequest request)
    {
        var given = request.Target is { } target ? ByteText.FromBytes(target.Span)
            : environment.Variable("TMPDIR") is { Length: > 0 } variable ? variable : DefaultFolder;
        var folder = PathBytes.MakeAbsolute(ByteText.ToBytes(given), environment.WorkingFolder.Span);
        if (ByteText.HasRawBytes(given))
            throw new UsageException("the path of the temporary directory is no UTF-8 text");
        var text = Encoding.UTF8.GetString(folder);
        PrivateFile.CreateFolder(text);
        foreach (var left in Directory.EnumerateDirectories(text, $"{Start}*"))
            environment.Events.Notice(
                $"{left} is of a drill that was killed, or runs, or was to keep it: remove it if it is not needed");
        var name = $"{Start}{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        Directory.CreateDirectory(System.IO.Path.Combine(text, name), PrivateFile.FolderMode);
        return new DrillPlace(environment, folder, name, request.Keeps);
    }

    /// <summary>Refuses before anything is written.</summary>
    public void RequireRoom(long bytes)
    {
        var free = new DriveInfo(Encoding.UTF8.GetString(Path)).AvailableFreeSpace;
        if (bytes > free)
            throw new RefusedException(
                $"{ByteText.Show(_folder)} has {Engine.Primitives.ByteSize.Format(free)} free, and the drill would "
                + $"restore {Engine.Primitives.ByteSize.Format(bytes)}",
                "drill less with --max, or elsewhere with --target");
    }

    public byte[] PathOf(string part) => [.. Path, (byte)'/', .. Encoding.UTF8.GetBytes(part)];

    /// <summary>Removes what was restored of a part, unless it is to stay.</summary>
    public void Remove(string part) => RemoveBelow($"{_name}/{part}");

    public void Dispose() => RemoveBelow(_name);

    void RemoveBelow(string path)
    {
        if (_keeps)
            return;
        try
        {
            using var folder = DirectoryTarget.Open(_folder, new RestoreTargetOptions());
            folder.Remove(Encoding.UTF8.GetBytes(path));
        }
        catch (RestoreWriteException e)
        {
            _environment.Events.Notice($"what the drill restored could not be removed: {e.Message}");
        }
    }
}
