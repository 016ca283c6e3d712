namespace Cairn.Testing.Disks;

/// <summary>One change of a <see cref="CrashDisk"/>, by the numbers of the files and directories it is about.</summary>
abstract record DiskChange
{
    /// <summary>The file or directory whose fsync makes this durable.</summary>
    public abstract int Owner { get; }
}

/// <summary>A file or directory was made, or got a further name.</summary>
sealed record NameSet(int Directory, string Name, int Node, bool MakesDirectory, bool MakesFile) : DiskChange
{
    public override int Owner => Directory;
}

sealed record NameRemoved(int Directory, string Name) : DiskChange
{
    public override int Owner => Directory;
}

/// <summary>Within one directory; replaces.</summary>
sealed record NameMoved(int Directory, string From, string To, int Node) : DiskChange
{
    public override int Owner => Directory;
}

sealed record Appended(int File, int Offset, byte[] Bytes) : DiskChange
{
    public override int Owner => File;
    public override string ToString() => $"Appended {{ File = {File}, Offset = {Offset}, {Bytes.Length} bytes }}";
}

/// <summary>The fsync of a file or of a directory.</summary>
sealed record Synced(int Node) : DiskChange
{
    public override int Owner => Node;
}
