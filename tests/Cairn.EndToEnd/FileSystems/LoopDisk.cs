namespace Cairn.EndToEnd.FileSystems;

/// <summary>A file system of its own in an image file, mounted while the test runs. Needs root.</summary>
sealed class LoopDisk : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("cairn-disk-").FullName;
    readonly string _image;

    public LoopDisk(string fileSystem, string size)
    {
        if (Environment.UserName != "root")
            Assert.Skip("mounting needs root");
        _image = System.IO.Path.Combine(_folder, "image");
        Path = System.IO.Path.Combine(_folder, "mounted");
        Directory.CreateDirectory(Path);
        var (output, status) = Shell.Run(
            $"truncate -s {size} '{_image}' && mkfs.{fileSystem} -q '{_image}' && mount -o loop '{_image}' '{Path}'",
            _folder, _folder);
        if (status == 0)
            return;
        Directory.Delete(_folder, recursive: true);
        Assert.Skip($"no {fileSystem} here: {output}");
    }

    public string Path { get; }

    /// <summary>Runs a script in the root of the disk that must succeed; what it prints.</summary>
    public string Run(string script)
    {
        var (output, status) = Shell.Run(script, Path, _folder);
        Assert.True(status == 0, $"ended with {status}: {script}\n{output}");
        return output;
    }

    public void Dispose()
    {
        Shell.Run($"umount '{Path}'", "/", _folder);
        // Never into what is still mounted.
        if (!Directory.EnumerateFileSystemEntries(Path).Any())
            Directory.Delete(_folder, recursive: true);
    }
}
