using Cairn.Engine.Entries;
using Cairn.Engine.Sources;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Files.Portable;

/// <summary>A file of the source by what .NET offers; holes are read as the zeros that they are.</summary>
sealed class PortableFile : ISourceFile
{
    readonly SafeFileHandle _handle;
    readonly long _size;
    readonly DateTime _modified;
    long _position;

    PortableFile(SafeFileHandle handle)
    {
        _handle = handle;
        _size = RandomAccess.GetLength(handle);
        _modified = File.GetLastWriteTimeUtc(handle);
    }

    public static PortableFile Open(string path, Entry entry, bool followLink)
    {
        try
        {
            if (!followLink && new FileInfo(path).LinkTarget is not null)
                throw new SourceReadException(
                    "was replaced by something else before it could be read", vanished: false);
            var handle = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var file = new PortableFile(handle);
            entry.Size = file._size;
            entry.Modified = PortableMetadata.ToFileTime(file._modified);
            return file;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SourceReadException("vanished before it could be read", vanished: true, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceReadException($"cannot be opened: {PortableMetadata.Describe(e)}", vanished: false, e);
        }
    }

    public bool MayHaveHoles => false;

    public int Read(Span<byte> destination)
    {
        try
        {
            var read = RandomAccess.Read(_handle, destination, _position);
            _position += read;
            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceReadException($"cannot be read: {PortableMetadata.Describe(e)}", vanished: false, e);
        }
    }

    public (long Offset, long Length)? NextData(long offset) => offset < _size ? (offset, _size - offset) : null;

    public void Seek(long offset) => _position = offset;

    public bool HasChanged
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(_handle) != _size || File.GetLastWriteTimeUtc(_handle) != _modified;
            }
            catch (IOException)
            {
                return true;
            }
        }
    }

    public void Dispose() => _handle.Dispose();
}

/// <summary>Entries of one directory with the paths under which they are opened.</summary>
sealed class PortableBatch(string directory, Func<Entry, bool> mayBeLink) : DirectoryBatch
{
    public override ISourceFile Open(Entry entry)
    {
        if (entry.Kind != EntryKind.File)
            throw new ArgumentException("Only a regular file can be opened.", nameof(entry));
        var name = PortablePath.TryToText(entry.Name.Span)!;
        return PortableFile.Open(Path.Combine(directory, name), entry, mayBeLink(entry));
    }

    public override void Dispose() { }
}
