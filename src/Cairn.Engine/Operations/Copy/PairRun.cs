using System.Security.Cryptography;
using Cairn.Engine.Primitives;
using Cairn.Engine.State;

namespace Cairn.Engine.Operations.Copy;

/// <summary>
/// A file of pairs of blob ids, ascending by the first: the same content under two keys. Its checksum is verified when
/// it is opened, for a wrong pair would put a wrong content into a file.
/// </summary>
sealed class PairRun : IDisposable
{
    public const int PairSize = 2 * BlobId.Size;

    const int BufferSize = 64 << 10;
    const int HeadSize = 8 + 2 * RepositoryId.Size;

    readonly IMappedFile _file;

    PairRun(string name, IMappedFile file)
    {
        Name = name;
        _file = file;
        Count = (int)((file.Length - HeadSize - SHA256.HashSizeInBytes) / PairSize);
    }

    static ReadOnlySpan<byte> Magic => "CRNpair1"u8;

    public string Name { get; }
    public int Count { get; }

    public (BlobId Source, BlobId Target) this[int index]
    {
        get
        {
            var pair = _file.Slice(HeadSize + (long)index * PairSize, PairSize);
            return (new BlobId(pair[..BlobId.Size]), new BlobId(pair[BlobId.Size..]));
        }
    }

    /// <summary>Null if it is damaged, or about other repositories.</summary>
    public static PairRun? TryOpen(IStateFolder state, string name, RepositoryId source, RepositoryId target)
    {
        var file = state.TryOpen(name);
        if (file is not null && IsWhole(file, source, target))
            return new PairRun(name, file);
        file?.Dispose();
        return null;
    }

    /// <param name="pairs">Ascending, each source once.</param>
    public static PairRun? Write(
        IStateFolder state, string name, RepositoryId source, RepositoryId target,
        IEnumerable<(BlobId Source, BlobId Target)> pairs)
    {
        using (var writer = state.Create(name))
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            void Put(ReadOnlySpan<byte> bytes)
            {
                writer.Write(bytes);
                hash.AppendData(bytes);
            }
            Put(Magic);
            Put(source.AsSpan());
            Put(target.AsSpan());
            foreach (var (from, to) in pairs)
            {
                Put(from.AsSpan());
                Put(to.AsSpan());
            }
            writer.Write(hash.GetHashAndReset());
            writer.Commit();
        }
        return TryOpen(state, name, source, target);
    }

    public bool TryFind(BlobId source, out BlobId target)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = low + (high - low) / 2;
            var (from, to) = this[middle];
            var order = from.CompareTo(source);
            if (order == 0)
            {
                target = to;
                return true;
            }
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        target = default;
        return false;
    }

    public IEnumerable<(BlobId Source, BlobId Target)> All()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    public void Dispose() => _file.Dispose();

    static bool IsWhole(IMappedFile file, RepositoryId source, RepositoryId target)
    {
        var length = file.Length - SHA256.HashSizeInBytes;
        if (length < HeadSize || (length - HeadSize) % PairSize != 0 || (length - HeadSize) / PairSize > int.MaxValue)
            return false;
        var head = file.Slice(0, HeadSize);
        if (!head.StartsWith(Magic) || !head.Slice(Magic.Length, RepositoryId.Size).SequenceEqual(source.AsSpan())
            || !head[(Magic.Length + RepositoryId.Size)..].SequenceEqual(target.AsSpan()))
            return false;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var offset = 0L; offset < length; offset += BufferSize)
            hash.AppendData(file.Slice(offset, (int)Math.Min(BufferSize, length - offset)));
        return hash.GetHashAndReset().AsSpan().SequenceEqual(file.Slice(length, SHA256.HashSizeInBytes));
    }
}
