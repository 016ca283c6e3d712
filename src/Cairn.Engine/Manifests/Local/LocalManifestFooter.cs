using System.Buffers.Binary;
using System.Security.Cryptography;
using Cairn.Engine.Entries;
using Cairn.Engine.Formats;
using Cairn.Engine.Formats.Manifests;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Manifests.Local;

/// <summary>What a local manifest is bound to, its owners, and the checksums of the stream before it.</summary>
readonly record struct LocalManifestFooter(
    RepositoryId Repository, Bytes32 Source, ObjectHash Snapshot, long StreamLength, ulong EntryCount)
{
    public static ReadOnlySpan<byte> Encode(
        in LocalManifestFooter footer, IReadOnlyList<Owner> owners, IReadOnlyList<ulong> checksums)
    {
        var writer = new PieceWriter();
        writer.Fixed32(LocalManifestLayout.Version);
        writer.Raw(footer.Repository.AsSpan());
        writer.Raw(footer.Source.AsSpan());
        writer.Raw(footer.Snapshot.AsSpan());
        writer.Fixed64((ulong)footer.StreamLength);
        writer.Fixed64(footer.EntryCount);
        OwnerTable.Write(writer, owners);
        foreach (var checksum in checksums)
            writer.Fixed64(checksum);
        writer.Raw(SHA256.HashData(writer.Written));
        var length = writer.Length;
        writer.Fixed64((ulong)length);
        writer.Raw(LocalManifestLayout.Magic);
        return writer.Written;
    }

    /// <summary>The footer and the owners if every byte of the file is as it was written, else null.</summary>
    public static (LocalManifestFooter Footer, Owner[] Owners)? TryRead(IMappedFile file)
    {
        if (TryFindFooter(file, out var bytes) is false)
            return null;
        var content = bytes[..^LocalManifestLayout.HashSize];
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes[content.Length..]))
            return null;
        try
        {
            return TryDecode(file, content, bytes.Length);
        }
        catch (FormatViolationException)
        {
            // Another version of Cairn wrote it: the hash holds, but the fields are not these.
            return null;
        }
    }

    static bool TryFindFooter(IMappedFile file, out ReadOnlySpan<byte> footer)
    {
        footer = default;
        if (file.Length < LocalManifestLayout.FileSizeMin)
            return false;
        var end = file.Length - LocalManifestLayout.TailSize;
        var tail = file.Slice(end, LocalManifestLayout.TailSize);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(tail);
        if (!tail[sizeof(ulong)..].SequenceEqual(LocalManifestLayout.Magic)
            || length < LocalManifestLayout.HashSize
            || length > (ulong)Math.Min(end, LocalManifestLayout.FooterSizeMax))
            return false;
        footer = file.Slice(end - (long)length, (int)length);
        return true;
    }

    static (LocalManifestFooter, Owner[])? TryDecode(IMappedFile file, ReadOnlySpan<byte> content, int footerLength)
    {
        var reader = new PieceReader(content);
        if (reader.Fixed32("version") != LocalManifestLayout.Version)
            return null;
        var footer = new LocalManifestFooter(
            new RepositoryId(reader.Take(RepositoryId.Size, "repository")),
            new Bytes32(reader.Take(Bytes32.Size, "source")),
            new ObjectHash(reader.Take(ObjectHash.Size, "snapshot")),
            (long)reader.Fixed64("length of the stream"),
            reader.Fixed64("entries"));
        var owners = OwnerTable.Read(ref reader);
        if (footer.StreamLength != file.Length - LocalManifestLayout.TailSize - footerLength)
            return null;
        var isIntact = IsStreamIntact(file, footer.StreamLength, ref reader) && reader.IsAtEnd;
        return isIntact ? (footer, owners) : null;
    }

    static bool IsStreamIntact(IMappedFile file, long length, ref PieceReader checksums)
    {
        // It is read again, in small parts: of a million files it need not be in memory as a whole.
        var passed = new PassedBytes(file);
        for (long offset = 0, number = 0; offset < length; offset += LocalManifestLayout.CheckedBlockSize, number++)
        {
            var block = file.Slice(offset, (int)Math.Min(LocalManifestLayout.CheckedBlockSize, length - offset));
            if (checksums.Fixed64("checksum") != LocalManifestLayout.Checksum(block, number))
                return false;
            passed.Add(offset, block.Length);
        }
        return file.Slice(0, LocalManifestLayout.Magic.Length).SequenceEqual(LocalManifestLayout.Magic);
    }
}
