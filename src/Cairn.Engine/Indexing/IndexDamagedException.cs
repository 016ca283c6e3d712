namespace Cairn.Engine.Indexing;

/// <summary>
/// A file of the local index is not what was written. The file is already gone when this is thrown: open the index
/// again, and <see cref="BlobIndex.Absorbed"/> no longer lists what it held. Nothing in the repository is affected.
/// </summary>
public sealed class IndexDamagedException(string file, string what)
    : Exception($"the local index file {file} is damaged ({what}); it will be rebuilt from the repository")
{
    public string File { get; } = file;
}
