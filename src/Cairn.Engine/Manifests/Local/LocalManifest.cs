using System.Buffers.Binary;
using Cairn.Engine.Entries;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Manifests.Local;

/// <summary>
/// The manifest of a source's last snapshot as this host keeps it, since it cannot decrypt the one in the repository. A
/// cache: if it is missing, of another repository or damaged anywhere, there is none, and everything is read again. Any
/// thread may read; cursors and entries are good until disposal.
/// </summary>
public sealed class LocalManifest : IDisposable
{
    readonly IMappedFile _file;
    readonly LocalManifestFooter _footer;

    LocalManifest(IMappedFile file, LocalManifestFooter footer, Owner[] owners)
    {
        _file = file;
        _footer = footer;
        Owners = owners;
    }

    /// <summary>Of a snapshot that lay in a spool when this was written: nobody knew its hash.</summary>
    public static readonly ObjectHash NotPushed;

    /// <summary>The snapshot whose manifest this is, or <see cref="NotPushed"/>.</summary>
    public ObjectHash Snapshot => _footer.Snapshot;

    public ulong EntryCount => _footer.EntryCount;

    internal IReadOnlyList<Owner> Owners { get; }

    internal long StreamLength => _footer.StreamLength;

    const string FilePrefix = "manifest-";

    public static string NameOf(Bytes32 source) => $"{FilePrefix}{Convert.ToHexStringLower(source.AsSpan()[..16])}";

    /// <summary>
    /// Reads the whole file once to see whether it is intact: some ten gigabytes a second, if it is in memory.
    /// </summary>
    public static LocalManifest? TryOpen(IStateFolder folder, RepositoryId repository, Bytes32 source)
    {
        var file = folder.TryOpen(NameOf(source));
        if (file is null)
            return null;
        var isOpen = false;
        try
        {
            if (LocalManifestFooter.TryRead(file) is not var (footer, owners)
                || footer.Repository != repository || !footer.Source.Equals(source))
                return null;
            isOpen = true;
            return new LocalManifest(file, footer, owners);
        }
        finally
        {
            if (!isOpen)
                file.Dispose();
        }
    }

    /// <summary>The last snapshot of every source that was backed up from here.</summary>
    public static IEnumerable<ObjectHash> SnapshotsOf(IStateFolder folder, RepositoryId repository)
    {
        foreach (var name in folder.List().Where(name => name.StartsWith(FilePrefix, StringComparison.Ordinal)))
        {
            using var file = folder.TryOpen(name);
            if (file is not null && LocalManifestFooter.TryRead(file) is var (footer, _)
                && footer.Repository == repository)
                yield return footer.Snapshot;
        }
    }

    public LocalManifestCursor OpenCursor() => new(this);

    public void Dispose() => _file.Dispose();

    /// <summary>For a pass over the frames.</summary>
    internal PassedBytes BeginPass() => new(_file);

    /// <summary>The content of a frame.</summary>
    internal ReadOnlySpan<byte> Frame(long offset, out byte tag)
    {
        // The file passed its checksums, so whatever does not fit here is a mistake in writing it.
        Invariant.That(offset >= LocalManifestLayout.Magic.Length);
        Invariant.That(offset <= StreamLength - LocalManifestLayout.FrameHeaderSize);
        var header = _file.Slice(offset, LocalManifestLayout.FrameHeaderSize);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        tag = header[sizeof(uint)];
        Invariant.That(length is >= 0 and <= LocalManifestLayout.FrameSizeMax);
        Invariant.That(offset + LocalManifestLayout.FrameHeaderSize <= StreamLength - length);
        return _file.Slice(offset + LocalManifestLayout.FrameHeaderSize, length);
    }
}
