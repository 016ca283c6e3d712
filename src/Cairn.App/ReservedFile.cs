namespace Cairn.App;

/// <summary>
/// A new file for its owner only, made before what it will hold, so that nothing is made that has no place. Removed
/// again if nothing comes.
/// </summary>
sealed class ReservedFile : IDisposable
{
    readonly FileStream _file;
    readonly string _path;
    bool _isWritten;

    ReservedFile(FileStream file, string path)
    {
        _file = file;
        _path = path;
    }

    /// <summary>Throws an <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> if it cannot be
    /// made.</summary>
    public static ReservedFile Create(string path) => new(PrivateFile.Create(path), path);

    /// <summary>Returns when it is there also after a power cut.</summary>
    public void Write(ReadOnlySpan<byte> content)
    {
        _file.Write(content);
        _file.Flush(flushToDisk: true);
        PrivateFile.SyncFolder(_path);
        _isWritten = true;
    }

    /// <summary>What was written is of no use: it goes, and the name is free again.</summary>
    public void Withdraw() => _isWritten = false;

    public void Dispose()
    {
        _file.Dispose();
        if (!_isWritten)
            File.Delete(_path);
    }
}
